"""Reads KubeVirt: machines and their instances, as `kubectl get vm,vmi -A -o yaml` or `-o json` has them.

Files hold a List or objects one after another. The folder names the cluster, which is the manager of all addresses.
An instance is the running form of the machine of the same namespace and name: both are one owner, on the node that the
instance runs on, else on the host that the folder is named for. NetworkAttachmentDefinitions in the same file tell the
VLANs of the networks that machines name.

Source: KubeVirt user guide, "Interfaces and Networks", and API reference v1: VirtualMachine.spec.template.spec,
VirtualMachineInstance.status (nodeName, phase, interfaces[].mac); Kubernetes Network Custom Resource Definition
De-facto Standard (NetworkAttachmentDefinition); CNI plugin documentation, bridge (vlan).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from maccord.collect.document import Document
from maccord.collect.fields import Fields, Json
from maccord.collect.parsed import Parsed
from maccord.fleet import vlan
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, Place, Seen, SwitchSeen
from maccord.fleet.problem import Problem

NAME = "kubevirt"
_KIND = re.compile(r"^[ \t-]{0,32}kind:[ \t]{0,8}[\"']?VirtualMachine(?:Instance)?[\"']?[ \t]*\r?$", re.MULTILINE)
_GROUP = "kubevirt.io/"
_POD_ONLY = ("masquerade", "slirp", "passt")
_ON = {"running", "paused", "migrating", "stopping", "terminating"}
_OFF = {"stopped", "provisioning", "waitingforvolumebinding", "datavolumeerror", "crashloopbackoff", "halted"}


def claims(document: Document) -> bool:
    """Tell whether the content is, or holds, a machine of KubeVirt."""
    if document.opening == "{":
        value = document.json
        return any(_group(one) for _, one in _objects([value])) if isinstance(value, dict) else False
    return document.opening != "<" and _GROUP in document.text and _KIND.search(document.text) is not None


def _group(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and str(value.get("apiVersion", "")).startswith(_GROUP)
        and value.get("kind") in ("VirtualMachine", "VirtualMachineInstance")
    )


def _objects(found: list[Json]) -> Iterator[tuple[str, Json]]:
    """Yield objects with their pointers; in a file of several documents these begin with the document's number."""
    for number, document in enumerate(found):
        at = f"/{number}" if len(found) > 1 else ""
        items = document.get("items") if isinstance(document, dict) else None
        if isinstance(items, list):
            kind = str(document.get("kind", "")).removesuffix("List")
            for place, one in enumerate(items):
                known = isinstance(one, dict) and "kind" not in one and kind.startswith("VirtualMachine")
                named = {"apiVersion": document.get("apiVersion"), "kind": kind, **one} if known else one
                yield f"{at}/items/{place}", named
        else:
            yield at, document


@dataclass(slots=True)
class _Machine:
    """What one file tells of a machine: as defined, as it runs, or both."""

    defined: Fields | None = None
    running: Fields | None = None


@dataclass(slots=True)
class _File:
    document: Document
    problems: list[Problem]
    vlans: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, Place] = field(default_factory=dict)


def parse(document: Document) -> Parsed:
    """Read all machines; what was complete before the YAML broke counts."""
    parsed = Parsed()
    if document.opening == "{":
        found: list[Json] = [document.json]
    else:
        from maccord.collect.yaml_documents import documents  # noqa: PLC0415 - few estates have YAML

        found, broken = documents(document.text)
        if broken is not None and not found:
            raise broken
        if broken is not None:
            parsed.problems.append(Problem(document.file, broken.at, broken.reason))
    file = _File(document, parsed.problems)
    machines: dict[tuple[str, str], _Machine] = {}
    for at, value in _objects(found):
        if isinstance(value, dict):
            _sort_in(Fields(value, Place(document.file, at), parsed.problems), machines, file)
    for (namespace, name), one in sorted(machines.items()):
        parsed.seen += _machine(one, f"{namespace}/{name}" if namespace else name, namespace, file)
    hosts = file.hosts or {document.folder: Place(document.file, "")}
    parsed.seen += [HostSeen(host, place, NAME) for host, place in sorted(hosts.items())]
    return parsed


def _sort_in(row: Fields, machines: dict[tuple[str, str], _Machine], file: _File) -> None:
    """Put an object to the machine it is of; of a network note the VLAN."""
    meta = _down(row, "metadata")
    key = (meta.text("namespace"), meta.text("name"))
    if row.values.get("kind") == "NetworkAttachmentDefinition":
        tagged = _tag(_down(row, "spec").text("config"))
        if tagged is not None:
            file.vlans["/".join(key)] = tagged
    elif _group(row.values):
        one = machines.setdefault(key, _Machine())
        if row.values["kind"] == "VirtualMachine":
            one.defined = row
        else:
            one.running = row


def _down(row: Fields, *steps: str) -> Fields:
    """Return the object some steps below; an empty one where there is none."""
    for step in steps:
        value = row.values.get(step)
        row = row.below(step, value if isinstance(value, dict) else {})
    return row


def _tag(config: str) -> str | None:
    """Return the VLAN that a network's configuration names, an access port's or a list of allowed ones."""
    try:
        told = msgspec.json.decode(config[:65536].encode())
    except (msgspec.DecodeError, RecursionError):
        return None
    plugins = [told, *(told.get("plugins") or [])] if isinstance(told, dict) else []
    for one in plugins:
        tag = one.get("vlan", one.get("vlanId")) if isinstance(one, dict) else None
        if type(tag) is int and vlan.is_one(tag) and tag:
            return vlan.text_of([(tag, tag)])
    return None


def _machine(one: _Machine, name: str, namespace: str, file: _File) -> Iterator[Seen]:
    status = _down(one.running, "status") if one.running else None
    host = (status.text("nodeName") if status else "") or file.document.folder
    top = one.running or one.defined
    assert top is not None
    file.hosts.setdefault(host, top.place)
    on, state = _power(one)
    seen = MachineSeen(host, top.place, f"{file.document.folder}/{name}", name, on, state, clustered=True)
    yield seen
    template = _down(one.defined, "spec", "template", "spec") if one.defined else None
    planned = dict(_interfaces(template))
    actual = dict(_interfaces(_down(one.running, "spec") if one.running else None))
    told = {row.text("name"): row for row in status.rows("interfaces")} if status else {}
    networks = {**_networks(template), **_networks(_down(one.running, "spec") if one.running else None)}
    for label in dict.fromkeys([*actual, *planned]):
        source = [(told.get(label), "mac"), (actual.get(label), "macAddress"), (planned.get(label), "macAddress")]
        spelled = [(row, key) for row, key in source if row is not None and row.has(key)]
        row = actual.get(label) or planned[label]
        for at, (holder, key) in enumerate(spelled):
            mac = holder.mac(key)
            later = at > 0 and holder is planned.get(label) and mac != spelled[0][0].mac(spelled[0][1])
            if mac is None or (at > 0 and not later):
                continue
            wish = planned.get(label) or actual.get(label)
            switch, confined = _switch(row, networks.get(label), namespace, seen.id)
            yield AdapterSeen(
                host=host,
                place=row.place,
                kind="vm",
                name=f"{label} after a restart" if later else label,
                mac=mac or None,
                zeros=mac == 0,
                at_mac=holder.at(key),
                dynamic=not (wish is not None and wish.has("macAddress")),
                machine_id=seen.id,
                machine=name,
                switch=switch,
                ips=told[label].texts("ipAddresses") if label in told and not later else (),
                vlans=file.vlans.get(switch),
                linked=not later and row.text("state").casefold() not in ("down", "absent"),
                manager=file.document.folder,
            )
            if confined:
                yield SwitchSeen(host=host, place=row.place, id="", name=switch, kind="private")


def _power(one: _Machine) -> tuple[bool | None, str]:
    """Return whether a machine runs, and the platform's word for it."""
    if one.running:
        phase = _down(one.running, "status").text("phase")
        return (phase == "Running") if phase else None, phase
    assert one.defined is not None
    state = _down(one.defined, "status").text("printableStatus")
    spec = _down(one.defined, "spec")
    if state:
        return True if state.casefold() in _ON else False if state.casefold() in _OFF else None, state
    halted = spec.flag("running") is False or spec.text("runStrategy") == "Halted"
    return False if halted else None, "Halted" if halted else ""


def _interfaces(spec: Fields | None) -> Iterator[tuple[str, Fields]]:
    if spec is not None:
        for row in _down(spec, "domain", "devices").rows("interfaces"):
            yield row.text("name"), row


def _networks(spec: Fields | None) -> dict[str, Fields]:
    return {row.text("name"): row for row in spec.rows("networks")} if spec is not None else {}


def _switch(row: Fields, network: Fields | None, namespace: str, machine: str) -> tuple[str, bool]:
    """Return what an interface is plugged into, and whether that reaches no wire.

    Masquerade, slirp and passt translate addresses within one pod. The pod network itself is routed from node to node;
    a machine bridged to it is heard on its node at most. A network of Multus may lead anywhere.
    """
    multus = _down(network, "multus").text("networkName") if network is not None else ""
    if any(isinstance(row.values.get(one), dict) for one in _POD_ONLY):
        return f"pod of {machine}", True
    if multus:
        return multus if "/" in multus or not namespace else f"{namespace}/{multus}", False
    return "pod network", True

"""Steps while they are collected: several incidents may ask for one and the same change."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from msgspec.structs import replace

from maccord.plan.plan import Fallout, Outcome
from maccord.plan.steps import AnyStep

FIRST, BEFORE, RANGE, CURSOR, MACHINE, NETWORK, NAMES, AFTER, TEXT, ADVICE = range(10)
"""When a step runs: pools that others need first, then a host's own steps in this order, then what cleans up."""
_HOSTS_OWN = (RANGE, CURSOR, MACHINE, NETWORK, NAMES)


@dataclass(slots=True)
class Draft:
    """A step that has no id yet, for the incidents that want it."""

    step: AnyStep
    phase: int
    incidents: dict[str, None] = field(default_factory=dict)
    fallout: list[Fallout] = field(default_factory=list)


class Drafts:
    """All steps that were asked for, each once."""

    def __init__(self) -> None:
        self._drafts: dict[Hashable, Draft] = {}
        self._pending: list[Fallout] = []

    def add(self, key: Hashable, phase: int, step: AnyStep, incident: str, *fallout: Fallout) -> Draft:
        """Enter a step for an incident; the key tells what it changes, and of two of one key the first is kept."""
        draft = self._drafts.get(key)
        if draft is None:
            draft = self._drafts[key] = Draft(step, phase)
            draft.fallout += fallout
        if incident:
            draft.incidents[incident] = None
        return draft

    def meets(self, fallout: Fallout) -> None:
        """Note what a machine meets without a step of its own."""
        self._pending.append(fallout)

    def known(self, key: Hashable) -> bool:
        """Tell whether something asked for this change before."""
        return key in self._drafts

    def get(self, key: Hashable) -> Draft | None:
        """Return the draft of a change, if there is one."""
        return self._drafts.get(key)

    def steps_for(self, incident: str) -> list[Draft]:
        """Return the drafts that an incident asked for."""
        return [draft for draft in self._drafts.values() if incident in draft.incidents]

    def numbered(self, counts: dict[str, int] | None = None) -> tuple[tuple[AnyStep, ...], tuple[Fallout, ...]]:
        """Return the steps in the order in which they run, with ids, and the fallout that names them.

        What others need comes first, then host after host by name, then what cleans up. An id is the host's name and a
        number, which goes on from `counts`; it says nothing else.
        """
        ordered = sorted(
            self._drafts.values(),
            key=lambda one: (
                RANGE if one.phase in _HOSTS_OWN else one.phase,
                one.step.host,
                one.phase,
                _what(one.step),
            ),
        )
        counts = dict(counts or {})
        steps: list[AnyStep] = []
        met: list[Fallout] = []
        for draft in ordered:
            host = draft.step.host
            counts[host] = counts.get(host, 0) + 1
            key = f"{host}/{counts[host]}"
            steps.append(replace(draft.step, id=key, incidents=tuple(sorted(draft.incidents))))
            met += [replace(one, when=key) for one in draft.fallout]
        met += self._pending
        met.sort(key=lambda one: (one.host, one.machine, one.adapter, one.was, one.when))
        return tuple(steps), tuple(met)


def _what(step: AnyStep) -> tuple[str, ...]:
    """Return what sorts the steps of one phase on one host: by machine, so that one is not restarted in two places."""
    named = ("machine", "machine_id", "adapter", "adapter_id", "vnic", "team", "switch", "nic", "name", "text")
    return (*(str(getattr(step, name, "")) for name in named), str(step.__struct_config__.tag))


def outcome_order(one: Outcome) -> tuple[object, ...]:
    """Return what sorts outcomes: what is left for people last, the worst first."""
    return (("repaired", "person", "left").index(one.becomes), ("error", "warning", "info").index(one.severity), one.id)

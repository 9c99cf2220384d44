"""Plans of lived fleets, cause by cause: each step by its script, and beside it lived; both leave the same."""

import json
from datetime import UTC, datetime

import pytest

from maccord import wiring
from maccord.app.plan import plan_for
from maccord.app.synth import write_fleet
from maccord.app.wishes import Wishes
from maccord.plan.steps import IpSettings
from maccord.powershell import read_results, step_script
from maccord.powershell.script import for_powershell
from maccord.rehearse import scene as rehearsed
from maccord.rehearse.live import live
from maccord.rehearse.site import Site
from maccord.worlds.hyperv import PROFILES
from maccord.worlds.synth import STORIES, Wanted
from tests.kit.pwsh.windows import Windows

NOW = datetime(2027, 1, 15, tzinfo=UTC)
MODERN = tuple(name for name, profile in PROFILES.items() if profile.cmdlets)
OLD_ALONE = ("machine-runs-twice",)
"""Causes that only hosts without Hyper-V's cmdlets have."""


def exports(folder):
    found = {}
    for path in sorted(folder.rglob("*.json")):
        told = json.loads(path.read_bytes())
        if str(told.get("schema")) in ("maccord.host/1", "maccord.vmm/1"):
            found[told["ComputerName"]] = told
    return found


def told_by(site):
    """Return what all hosts tell, but for times and events."""
    found = site.exports()
    return {name: {key: one[key] for key in one if key not in ("collectedAt", "Event")} for name, one in found.items()}


class Answering(Windows):
    """A host whose probes answer as soon as an interface of its own is up."""

    def answers(self, address):
        del address
        return next((one for one in self.host.interfaces() if one.ipv4 is not None and not one.used_by), None)


def windows_of(site, step, known):
    """Return the host or VMM server of a step, as its cmdlets see it; None where there is no export of it."""
    host, server = site.host(step.host), site.server(step.host)
    if step.host not in known and server is not None:
        for name in site.names:
            if site.host(name) is not None:
                site.managed(server, name)
        known[step.host] = Answering(site.hosts[0], server=server)
    elif step.host not in known and host is not None:
        known[step.host] = Answering(host, dhcp=site._lan)
    return known.get(step.host)


@pytest.mark.slow
@pytest.mark.parametrize("cause", sorted(set(STORIES) - set(OLD_ALONE)))
@pytest.mark.parametrize("seed", [1, 4])
def test_scripts_of_a_plan_leave_what_its_typed_steps_leave(cause, seed, tmp_path):
    wanted = Wanted(hosts=STORIES[cause].hosts[1] + 3, machines=4, seed=seed, inject={cause: 1}, profiles=MODERN)
    write_fleet(wanted, tmp_path / "fleet")
    plan = plan_for([str(tmp_path / "fleet")], wiring.engine, now=NOW, wishes=Wishes(forced=True)).plan
    evidence = exports(tmp_path / "fleet")
    scripted, typed = Site(evidence), Site(evidence)
    stage = rehearsed.Scene(site=typed, answers=lambda _host, _probes: True)
    known: dict[str, Windows] = {}
    for step in plan.steps:
        if not for_powershell(step):
            continue
        lived = live(stage, step)
        if getattr(step, "settings", IpSettings()).dhcp:
            # A site that was made from exports has no DHCP server to ask; test_on_the_host.py has one.
            live(rehearsed.Scene(site=scripted, answers=lambda _host, _probes: True), step)
            continue
        windows = windows_of(scripted, step, known)
        if windows is None:
            assert lived.outcome == "skipped"
            continue
        for again in (False, True):
            (told,) = read_results(windows.run(step_script(step))[0])
            wanted_next = "already" if again and lived.outcome == "done" else lived.outcome
            if not (again and told.kind == "refresh-vmm"):
                assert told.outcome == wanted_next, (step.id, told.seen, lived.seen)
    assert told_by(scripted) == told_by(typed)

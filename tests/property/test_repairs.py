"""Every cause, lived, checked, planned, run step by step on emulated hosts, and checked again: nothing is left of it.

This is the judge of planner, steps and emulation together. What only people can mend is told, and stays.
"""

from datetime import UTC, datetime

import pytest

from maccord.app.evidence import Evidence
from maccord.app.plan import plan_for
from maccord.app.rehearse import judge_of, refuse_changed
from maccord.app.wishes import Wishes
from maccord.engine.duck import DuckEngine
from maccord.rehearse.run import rehearse
from maccord.rehearse.site import Site
from maccord.worlds.synth import STORIES, Wanted, cells, possible

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
PROFILES = ("2012 R2", "2016", "2019", "2022", "2025")
PEOPLE = {"pinned-port-conflict"}
"""Causes that no step repairs."""


def repaired(folder, cause, seed):
    """Live a cause, plan its repair and rehearse it."""
    story = STORIES[cause]
    wanted = Wanted(hosts=story.hosts[1] + 2, machines=2, seed=seed, inject={cause: 1}, profiles=PROFILES)
    for cell in cells(wanted):
        for name, content in cell.files.items():
            (folder / name).write_bytes(content)
    paths = [str(folder)]
    plan = plan_for(paths, DuckEngine, now=NOW, wishes=Wishes(forced=True), workers=1).plan
    evidence = Evidence.of(paths)
    judge = judge_of(evidence, DuckEngine, NOW)
    refuse_changed("the plan", plan, judge({}))
    return plan, rehearse(plan, Site(evidence.exports), judge)


@pytest.mark.slow
@pytest.mark.parametrize("cause", sorted(possible(PROFILES)))
def test_every_cause_is_gone_when_its_plan_has_run(cause, tmp_path):
    plan, told = repaired(tmp_path, cause, seed=5)
    assert told.faults == ()
    assert [one.cause for one in told.after if one.counts and one.cause not in PEOPLE] == []
    assert all(one.outcome in ("done", "already", "skipped") for one in told.steps)
    assert told.reverse is not None
    assert told.reverse.left == ()
    lived = [one for one in told.before if one.cause == cause]
    assert lived or cause in {one.cause for one in plan.outcomes}

"""`plan.md`: the plan as a person reviews it. What, why, in which order, what it interrupts, who will notice.

Whatever comes from evidence is escaped as in the report's Markdown, and cut to a length.
"""

from collections.abc import Iterator, Sequence

from maccord.mac import show
from maccord.plan.notices import COMMON
from maccord.plan.plan import Fallout, Outcome, Plan, digest_of
from maccord.plan.space import RANGE_HOMES
from maccord.plan.steps import Advice, AnyStep, SetRange
from maccord.plan.words import back, interrupts, what
from maccord.report.markdown_form import escaped
from maccord.report.plain import counted

_TEXT_MAX = 600
_TITLES = {"repaired": "Repaired", "person": "Left to people", "left": "Left as it is"}


def as_document(plan: Plan) -> str:
    """Return the document; same plan, same text."""
    return "\n".join(_written(plan)) + "\n"


def headline(plan: Plan) -> str:
    """Return the plan in one sentence."""
    measure = plan.measure
    steps = sum(not isinstance(step, Advice) for step in plan.steps)
    if not steps:
        return "There is nothing that steps could repair"
    return (
        f"{counted(steps, 'step')} on {counted(measure.hosts, 'host')}: "
        f"{counted(measure.hosts_ranged, 'range')} changed, "
        f"{counted(measure.machines, 'machine')} with another address, {counted(measure.restarts, 'machine')} restarted"
    )


def _written(plan: Plan) -> Iterator[str]:
    yield "# Repair of MAC address conflicts"
    yield ""
    yield f"{headline(plan)}."
    yield ""
    yield f"Digest: `{digest_of(plan)}`. Made by maccord {plan.maccord}; whatever is changed in plan.json changes it."
    yield from _outcomes(plan)
    yield from _order(plan)
    yield from _fallout(plan)
    yield from _remarks(plan)


def _outcomes(plan: Plan) -> Iterator[str]:
    for becomes, title in _TITLES.items():
        found = [one for one in plan.outcomes if one.becomes == becomes]
        if not found:
            continue
        yield from ("", f"## {title}", "", "| incident | severity | hosts | steps | |", "|---|---|---|---|---|")
        for one in found:
            yield _outcome_row(one)


def _outcome_row(one: Outcome) -> str:
    cells = (
        f"{_short(one.cause)} {one.id}",
        f"{one.severity}{f', {one.state}' if one.state else ''}",
        _listed(one.hosts),
        _listed(one.steps),
        _short(one.why),
    )
    return f"| {' | '.join(cells)} |"


def _order(plan: Plan) -> Iterator[str]:
    steps = [step for step in plan.steps if not isinstance(step, Advice)]
    advice = [step for step in plan.steps if isinstance(step, Advice)]
    if steps:
        yield from ("", "## Steps, in order")
    host = None
    for step in steps:
        if step.host != host:
            host = step.host
            yield from ("", f"### {_short(host)}", "", f"Window: {_window(plan.of_host(host))}")
        yield from ("", f"**{_short(step.id)}** {_short(what(step))}.", "")
        yield f"- Why: {_short(step.why)}"
        yield f"- Interrupts: {_short(interrupts(step))}"
        yield f"- Taken back: {_short(back(step))}"
        if step.declares:
            yield f"- Until the end of the plan a check may find: {_listed(step.declares)}"
    if advice:
        yield from ("", "## What people have to do", "")
        yield from (f"- {_short(step.host)}: {_short(step.text)}" for step in advice)


def _window(steps: Sequence[AnyStep]) -> str:
    """Return when a host's steps can run."""
    if all(isinstance(step, SetRange) for step in steps):
        return "any time; nothing is interrupted."
    return "a maintenance window of this host and of the machines that are named."


def _fallout(plan: Plan) -> Iterator[str]:
    if not plan.fallout:
        return
    yield from ("", "## Machines and adapters with another address", "")
    yield from ("| host | machine | was | becomes | when | who notices |", "|---|---|---|---|---|---|")
    for one in plan.fallout:
        yield _fallout_row(one)
    yield from ("", f"Beside what is named, as far as there are any: {COMMON}.")


def _fallout_row(one: Fallout) -> str:
    becomes = show(one.becomes) if one.becomes is not None else "issued by the host"
    when = "at its next cold start" if one.when == "start" else _short(one.when)
    name = f"{one.machine}/{one.adapter}" if one.machine else one.adapter
    cells = (_short(one.host), _short(name), show(one.was), becomes, when, "<br>".join(_short(n) for n in one.notices))
    return f"| {' | '.join(cells)} |"


def _remarks(plan: Plan) -> Iterator[str]:
    low, high = RANGE_HOMES[1]
    local = [step for step in plan.steps if isinstance(step, SetRange) and low <= step.first <= high]
    if local:
        yield ""
        yield (
            f"{counted(len(local), 'host')} get a range outside 00-15-5D, since no room is left there. Whether "
            "Set-VMHost takes one is not documented: try it on one host first."
        )
    if plan.settings.forced:
        yield from ("", "The plan was forced: it changes more of the fleet than a plan may without that.")


def _listed(texts: Sequence[str]) -> str:
    few = ", ".join(_short(one) for one in texts[:12])
    return f"{few} and {len(texts) - 12} more" if len(texts) > 12 else few


def _short(text: str) -> str:
    return escaped(text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]} ...")

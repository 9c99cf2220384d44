"""The plan as a person reads it in a terminal: what happens host by host, then what becomes of each incident."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maccord.plan.document import headline
from maccord.plan.plan import Plan, digest_of
from maccord.plan.steps import Advice, AnyStep
from maccord.plan.words import what
from maccord.report.plain import counted, plain

_SHOWN = 40
_TEXT_MAX = 400
_STYLES = {"repaired": "green", "person": "yellow", "left": "dim"}


def render(plan: Plan, console: Console) -> None:
    """Print the plan on a console."""
    steps = [step for step in plan.steps if not isinstance(step, Advice)]
    advice = [step for step in plan.steps if isinstance(step, Advice)]
    host = None
    for step in steps[:_SHOWN]:
        if step.host != host:
            host = step.host
            console.print(Text(plain(host), "bold"))
        console.print(Padding(_row(step), (0, 0, 0, 2)))
    if len(steps) > _SHOWN:
        console.print(f"  and {counted(len(steps) - _SHOWN, 'step')} more (plan.md lists all)")
    if advice:
        console.print(Text("For people", "bold"))
        for one in advice[:_SHOWN]:
            console.print(Padding(Text(f"{plain(one.host)}: {_cut(plain(one.text))}"), (0, 0, 0, 2)))
    if plan.outcomes:
        console.print(Text("Incidents", "bold"))
        console.print(Padding(_outcomes(plan), (0, 0, 0, 2)))
    console.print()
    console.print(Text(f"{headline(plan)}."))
    console.print(Text(f"Digest {digest_of(plan)}", "dim"))


def _row(step: AnyStep) -> Text:
    number = step.id.rpartition("/")[2]
    return Text.assemble((f"{number}. ", "dim"), _cut(plain(what(step))), ".")


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]} ..."


def _outcomes(plan: Plan) -> Table:
    grid = Table.grid(padding=(0, 2))
    for one in plan.outcomes[:_SHOWN]:
        words = {"repaired": "repaired", "person": "for people", "left": "left"}[one.becomes]
        hosts = ", ".join(one.hosts[:4]) + (f" and {len(one.hosts) - 4} more" if len(one.hosts) > 4 else "")
        why = f": {one.why}" if one.why else ""
        grid.add_row(Text(words, _STYLES[one.becomes]), Text(plain(f"{one.cause} on {hosts}{_cut(why)}")))
    if len(plan.outcomes) > _SHOWN:
        grid.add_row("", f"and {len(plan.outcomes) - _SHOWN} more (plan.md lists all)")
    return grid

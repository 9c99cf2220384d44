"""A rehearsal as a person reads it in a terminal."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from maccord.rehearse.rehearsal import Rehearsal, StepRun
from maccord.rehearse.words import headline, host_line, incidents, reverse_lines, step_notes
from maccord.report.plain import counted, plain

_SHOWN = 60
_TEXT_MAX = 400
_STYLES = {
    "done": "green",
    "already": "dim",
    "skipped": "dim",
    "refused": "bold red",
    "failed": "bold red",
    "rolled-back": "bold yellow",
}


def render(told: Rehearsal, console: Console) -> None:
    """Print a rehearsal on a console."""
    _steps(told, console)
    _hosts(told, console)
    console.print(Text("Reverse", "bold"))
    for line in reverse_lines(told):
        console.print(Padding(Text(_cut(line)), (0, 0, 0, 2)))
    _end(told, console)


def _steps(told: Rehearsal, console: Console) -> None:
    console.print(Text("Steps", "bold"))
    for one in told.steps[:_SHOWN]:
        console.print(Padding(_step(one), (0, 0, 0, 2)))
        for note in step_notes(one):
            console.print(Padding(Text(_cut(note), "dim"), (0, 0, 0, 6)))
    if len(told.steps) > _SHOWN:
        console.print(f"  and {counted(len(told.steps) - _SHOWN, 'step')} more (--format json lists all)")


def _hosts(told: Rehearsal, console: Console) -> None:
    if told.hosts:
        console.print(Text("Hosts", "bold"))
    for host in told.hosts[:_SHOWN]:
        console.print(Padding(Text(_cut(f"{host.host}: {host_line(host)}")), (0, 0, 0, 2)))
        if host.unheld:
            what = counted(len(host.unheld), "kind")
            said = f"{what} of values in the evidence are not lived (--format markdown names them)"
            console.print(Padding(Text(said, "dim"), (0, 0, 0, 6)))


def _end(told: Rehearsal, console: Console) -> None:
    left = tuple(one for one in told.after if one.counts)
    if left:
        console.print(Text("Left at the end", "bold"))
        console.print(Padding(Text(_cut(incidents(left))), (0, 0, 0, 2)))
    if told.faults:
        console.print(Text("Why it should not be run", "bold red"))
    for fault in told.faults[:_SHOWN]:
        console.print(Padding(Text(_cut(fault)), (0, 0, 0, 2)))
    for remark in told.remarks:
        console.print(Text(f"Note: {_cut(remark)}", "dim"))
    console.print()
    console.print(Text(f"{headline(told)}.", "bold red" if told.faults else "bold green"))


def _step(one: StepRun) -> Text:
    seen = f": {_cut(one.seen)}" if one.seen else ""
    return Text.assemble((one.outcome, _STYLES[one.outcome]), f"  {plain(one.step)} {one.kind}{seen}")


def _cut(text: str) -> str:
    text = plain(text)
    return text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]} ..."

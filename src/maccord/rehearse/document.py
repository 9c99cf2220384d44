"""A rehearsal as Markdown, for change boards: what happened, who was cut off, what is left. Names are escaped."""

from collections.abc import Iterator

from maccord.rehearse.rehearsal import Rehearsal
from maccord.rehearse.words import headline, host_line, incidents, reverse_lines, step_notes
from maccord.report.markdown_form import escaped


def as_document(told: Rehearsal) -> str:
    """Return the document; same rehearsal, same text."""
    return "\n".join(_written(told)) + "\n"


def _written(told: Rehearsal) -> Iterator[str]:
    yield "# Rehearsal of a repair"
    yield ""
    yield f"{headline(told)}."
    yield ""
    yield f"Digest of the plan: `{told.digest}`. Rehearsed by maccord {escaped(told.maccord)} on emulated hosts."
    if told.faults:
        yield from ("", "## Why it should not be run", "")
        yield from (f"- {escaped(one)}" for one in told.faults)
    yield from ("", "## Steps", "", "| step | outcome | |", "|---|---|---|")
    for one in told.steps:
        notes = ". ".join([*([one.seen] if one.seen else []), *step_notes(one)])
        yield f"| {escaped(one.step)} {one.kind} | {one.outcome} | {escaped(notes)} |"
    yield from ("", "## Hosts", "", "| host | |", "|---|---|")
    for host in told.hosts:
        yield f"| {escaped(host.host)} | {escaped(host_line(host))} |"
    unheld = [(host.host, one) for host in told.hosts for one in host.unheld]
    if unheld:
        yield from ("", "## What the emulation does not hold", "")
        yield from (f"- {escaped(name)}: {escaped(one)}" for name, one in unheld)
    yield from ("", "## Reverse", "")
    yield from (f"- {escaped(line)}" for line in reverse_lines(told))
    left = tuple(one for one in told.after if one.counts)
    if left:
        yield from ("", "## Left at the end", "", escaped(incidents(left)))
    if told.remarks:
        yield from ("", "## Notes", "")
        yield from (f"- {escaped(one)}" for one in told.remarks)

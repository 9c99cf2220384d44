"""A rehearsal as one page: HTML that asks the network for nothing."""

from maccord.rehearse.rehearsal import Rehearsal
from maccord.rehearse.words import headline, host_line, incidents, reverse_lines, step_notes
from maccord.report.html_shell import rendered

_STEPS, _HOSTS = 2_000, 1_000
"""So many the page shows; the JSON has them all."""


def as_html(told: Rehearsal) -> str:
    """Return the page; same rehearsal, same bytes."""
    left = tuple(one for one in told.after if one.counts)
    return rendered(
        "rehearsal.html",
        scripts=["script/1-data.js", "script/2-page.js"],
        told=told,
        version=told.maccord,
        headline=headline(told),
        steps=[{"one": one, "notes": list(step_notes(one))} for one in told.steps[:_STEPS]],
        more_steps=max(0, len(told.steps) - _STEPS),
        hosts=[{"one": one, "line": host_line(one)} for one in told.hosts[:_HOSTS]],
        more_hosts=max(0, len(told.hosts) - _HOSTS),
        reverse=list(reverse_lines(told)),
        left=incidents(left) if left else "",
    )

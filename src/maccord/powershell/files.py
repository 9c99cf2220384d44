"""The files of a plan that run: a script for each host, its reverse, and commands for platforms with other shells."""

from collections.abc import Iterator, Sequence

from maccord.plan.plan import Plan
from maccord.plan.steps import AnyStep, RunText
from maccord.powershell import script
from maccord.reach.names import Names


def scripts_of(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield names and texts: `apply/HOST.ps1` and `reverse/HOST.ps1`, `apply/HOST.txt` and `reverse/HOST.txt`.

    A name that no file can have is spelled otherwise, and two hosts whose names differ in case alone are kept apart.
    Text files hold commands for an administrator to read and run, with what each is for, in order; their reverse has
    the last one first. Files come in the order of the plan's hosts; there is none without content.
    """
    names = Names()
    by_host: dict[str, list[AnyStep]] = {}
    for step in plan.steps:
        by_host.setdefault(step.host, []).append(step)
    for host, steps in by_host.items():
        name = names.of(host, host)
        told = {
            f"apply/{name}.ps1": script.forth(host, plan.digest, steps),
            f"reverse/{name}.ps1": script.back(host, plan.digest, steps),
            f"apply/{name}.txt": _commands(steps, back=False),
            f"reverse/{name}.txt": _commands(steps, back=True),
        }
        yield from ((path, text) for path, text in told.items() if text)


def _commands(steps: Sequence[AnyStep], *, back: bool) -> str:
    told = [(step, step.reverse if back else step.text) for step in steps if isinstance(step, RunText)]
    ordered = reversed(told) if back else told
    return "\n".join(f"# {_comment(step.id)}: {_comment(step.why)}\n{text}\n" for step, text in ordered if text)


def _comment(text: str) -> str:
    """Return a text that stays on its line."""
    return "".join(char if char.isprintable() else " " for char in text)

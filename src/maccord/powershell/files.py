"""The files of a plan that run: a script for each host, its reverse, and commands for platforms with other shells."""

from collections.abc import Iterator

from maccord.plan.plan import Plan
from maccord.plan.steps import AnyStep, RunText
from maccord.powershell.script import reverse_script_of, script_of
from maccord.reach.names import Names


def scripts_of(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield names and texts: `apply/HOST.ps1` and `reverse/HOST.ps1`, `apply/HOST.txt` and `reverse/HOST.txt`.

    A name that no file can have is spelled otherwise, and two hosts whose names differ in case alone are kept apart.
    Text files hold commands for an administrator to read and run, with what each is for, in order; their reverse has
    the last one first. Files come in the order of the plan's hosts; there is none without content.
    """
    names = Names()
    for host in plan.hosts:
        name = names.of(host, host)
        told = {
            f"apply/{name}.ps1": script_of(plan, host),
            f"reverse/{name}.ps1": reverse_script_of(plan, host),
            f"apply/{name}.txt": _commands(plan.of_host(host), back=False),
            f"reverse/{name}.txt": _commands(plan.of_host(host), back=True),
        }
        yield from ((path, text) for path, text in told.items() if text)


def _commands(steps: tuple[AnyStep, ...], *, back: bool) -> str:
    told = [(step, step.reverse if back else step.text) for step in steps if isinstance(step, RunText)]
    ordered = reversed(told) if back else told
    return "\n".join(f"# {_comment(step.id)}: {_comment(step.why)}\n{text}\n" for step, text in ordered if text)


def _comment(text: str) -> str:
    """Return a text that stays on its line."""
    return "".join(char if char.isprintable() else " " for char in text)

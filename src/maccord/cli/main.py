"""The command `maccord`: finds subcommands, and turns refusals into one line and an exit code."""

import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from maccord import MaccordError, __version__

OK, INCIDENTS, WRONG_CALL, OUR_FAULT, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 130, 141

_COMMANDS = {
    "check": "Find every colliding MAC address in a fleet's evidence, and name its cause.",
    "whois": "Tell everything known of one address: owners, ranges, sightings, vendor, incidents.",
    "risk": "Tell how likely hosts of given subnets get one address range from Hyper-V.",
    "plan": "Plan the smallest repair of every incident, as scripts an administrator can review.",
    "whatif": "Tell which clashes would follow: merge two fleets, add a host, move, import or restore a machine.",
    "rehearse": "Run a plan on emulated hosts: what is gone, what is new, who is cut off, what comes back.",
    "apply": "Run a reviewed plan on hosts, step by step, resumable, with its reverse at hand.",
    "watch": "Listen to a network: tell of MAC and IP conflicts as they begin, change and end.",
    "explain": "Show the page of a cause, a rule or an expected twin.",
    "collect": "Gather evidence: ask platforms for it, or get the scripts that hosts run.",
    "tables": "Write the model of a fleet as Parquet, for other engines and for later.",
    "twin": "Emulate Hyper-V hosts and networks: see a MAC conflict happen, step by step.",
    "pool": "Make pools of addresses; export and import a whole store.",
    "group": "Bind pools to sites, clusters and hosts, in an order; explain which pool gives.",
    "address": "Allocate, look up, share and release addresses; adopt what is in use.",
    "block": "Give hosts ranges of their own, carved from a pool.",
    "domain": "Say what is done in a domain with an adapter whose address is not its own.",
    "token": "Make, list and revoke tokens of the REST service.",
    "audit": "Read the record of all changes, and check that it is whole.",
    "preflight": "Ask whether adapters may start: whether anybody else holds their addresses.",
    "serve": "Serve the allocator as a REST service.",
    "completion": "Print the completion script for a shell.",
}


class _Commands(click.Group):
    """A group whose commands are modules of this room, imported when they are called: help stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"maccord.cli.{cmd_name}").command
        _refuse_unknown((ctx.default_map or {}).get(cmd_name, {}), cmd_name, command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "MACCORD",
        "max_content_width": 100,
    },
    epilog='Start with: maccord check FOLDER. Every option can be set in maccord.toml ([check] format = "json") or '
    "in the environment (MACCORD_CHECK_FORMAT=json).",
)
@click.version_option(__version__, prog_name="maccord")
def cli() -> None:
    """One address, one owner, across every hypervisor, host and switch of a fleet.

    maccord reads what a fleet can tell (exports of hosts and managers), finds MAC addresses that collide now or will,
    and says why. It never connects anywhere by itself.
    """


_SETTINGS = Path("maccord.toml")
_AUTHORITY = ("pool", "group", "address", "block", "domain", "token", "audit", "preflight", "serve")
_SHARED = ("store", "server", "token-file", "ca")
"""Settings at the top of maccord.toml that go to every command of the allocator."""


class BadSettings(MaccordError):
    """maccord.toml cannot be used."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


def _settings() -> dict[str, Any]:
    """Return the defaults that `maccord.toml` in the working directory sets, by command and option."""
    if not _SETTINGS.is_file():
        return {}
    import tomllib

    try:
        found = tomllib.loads(_SETTINGS.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadSettings(_SETTINGS, f"not readable as TOML: {error}") from error
    shared = {name: found.pop(name) for name in _SHARED if isinstance(found.get(name), str)}
    for name, table in found.items():
        if name not in _COMMANDS or not isinstance(table, dict):
            raise BadSettings(_SETTINGS, f"{name!r} is no table of a command: write [{'], ['.join(_COMMANDS)}]")
    if shared:
        for name in _AUTHORITY:
            found[name] = _with_underscores(shared) | found.get(name, {})
    return {name: _with_underscores(table) for name, table in found.items()}


def _with_underscores(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key.replace("-", "_"): _with_underscores(value) if isinstance(value, dict) else value
        for key, value in table.items()
    }


def _refuse_unknown(settings: Mapping[str, Any], name: str, command: click.Command) -> None:
    """Refuse settings that the command, or a command below it, has no option for."""
    below = command.commands if isinstance(command, click.Group) else {}
    options = {str(param.name) for param in command.params}
    for key, value in settings.items():
        if key in below and isinstance(value, dict):
            _refuse_unknown(value, f"{name}.{key}", below[key])
        elif key not in options:
            known = ", ".join(sorted(option.replace("_", "-") for option in options | below.keys()))
            raise BadSettings(_SETTINGS, f"[{name}] has no option {key!r}; there are {known}")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code and let no exception out."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the caller closed it: the exit code still tells
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open until the process ends
    try:
        asks = {"-h", "--help", "--version"}.intersection(sys.argv[1:] if arguments is None else arguments)
        settings = {} if asks else _settings()  # help and version answer whatever maccord.toml says
        code = cli.main(arguments, prog_name="maccord", standalone_mode=False, default_map=settings)
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as refusal:
        refusal.show()
        return WRONG_CALL
    except MaccordError as refusal:
        click.echo(f"maccord: {refusal}", err=True)
        return WRONG_CALL
    except (KeyboardInterrupt, click.Abort):
        click.echo("maccord: interrupted, nothing was written", err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click makes the latter of the former
        from maccord.cli.output import discard_output

        discard_output()
        return PIPE_CLOSED
    except Exception:
        return _our_fault()


def _our_fault() -> int:
    """Write the traceback where it can be sent from, and say so."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="maccord-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(f"maccord {__version__}, Python {sys.version}\n{traceback.format_exc()}")
    click.echo(f"maccord: this is our fault, not yours; what went wrong is in {log.name}", err=True)
    return OUR_FAULT

"""`maccord completion`: completion scripts for shells."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script for a shell.

    \b
    Examples:
      maccord completion bash > ~/.local/share/bash-completion/completions/maccord
      maccord completion fish > ~/.config/fish/completions/maccord.fish
    """
    from maccord.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "maccord", "_MACCORD_COMPLETE").source())
    return 0

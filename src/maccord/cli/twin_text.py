"""Stories of emulated worlds, as text for a terminal or a pipe."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from maccord.worlds.stories import Key, Owner, Piece, Said, Stack, Step, Story, Watched

_ZEROS = "00-00-00-00-00-00"
ECHOES_IN_ROW = 60


def render(story: Story, console: Console) -> None:
    """Print a story, step by step."""
    console.print(Text(story.title, style="bold"))
    if story.source:
        console.print(Text(f"After {story.source}.", style="dim"))
    console.print(
        Text(
            f"Windows Server {story.profile}, emulated; seed {story.seed}. Everything below came out of the emulation.",
            style="dim",
        )
    )
    shown: tuple[Owner, ...] = ()
    for step in story.steps:
        console.print()
        _step(step, console, shown)
        shown = step.owners
    left = story.steps_all - len(story.steps)
    if left:
        console.print()
        more = "One more step follows" if left == 1 else f"{left} more steps follow"
        console.print(Text(f"{more}; leave --until out to see the end.", style="dim"))


def _step(step: Step, console: Console, shown: tuple[Owner, ...]) -> None:
    """Print one step. `shown`: the adapters of the step before; a table that is the same is not printed again."""
    console.print(
        Rule(Text.assemble((f"{step.number}  {step.title}", "bold"), (f"  {', '.join(step.of)}", "dim")), align="left")
    )
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True, width=9, style="dim")
    rows.add_column()
    for label, parts in _parts(step, shown):
        for at, part in enumerate(parts):
            rows.add_row("" if at else label, part)
    console.print(rows)


def _parts(step: Step, shown: tuple[Owner, ...]) -> Iterator[tuple[str, Sequence[RenderableType]]]:
    yield "Done", [Text(one) for one in step.done]
    if step.after:
        yield "Registry", [_registry(step.before, step.after)]
    if step.owners != shown and not step.stacks:
        yield "Addresses", [_owners(step.owners)]
    if step.stacks:
        yield "Stack", [_stack(one) for one in step.stacks]
    if step.said:
        yield "Windows", [_said(one) for one in step.said]
    if step.notes:
        yield "Seen", [Text(one) for one in step.notes]
    for one in step.answers:
        yield "Question", [Text(one.question)]
        yield "Answer", [Text(one.answer, style="bold")]
    for seen in step.watched:
        yield "Ping", [watched(seen)]


def _registry(before: Iterable[Key], after: Iterable[Key]) -> Table:
    """Return the registry values that a step changed, before and after it."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading in ("Host", "Value", "Before", "After"):
        table.add_column(heading, no_wrap=True)
    known = {key.host: key for key in before}
    for key in after:
        old = known.get(key.host)
        rows = [
            ("MinimumMacAddress", old.minimum if old else None, key.minimum),
            ("MaximumMacAddress", old.maximum if old else None, key.maximum),
            (r"Worker\CurrentMacAddress", old.current if old else None, key.current),
        ]
        if key.unused is not None:
            rows.append(("CurrentMacAddress, never used", old.unused if old else None, key.unused))
        for at, (name, was, now) in enumerate(rows):
            style = "bold" if was != now else ""
            table.add_row("" if at else key.host, name, _value(was), Text(_value(now), style=style))
    return table


def _value(text: str | None) -> str:
    return "no such value" if text is None else text or "(empty)"


def _owners(owners: Iterable[Owner]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading in ("Host", "Adapter of", "Address", "Where it is from", "State"):
        table.add_column(heading, no_wrap=heading in ("Host", "Address"))
    for one in owners:
        state = ", ".join(word for word in (one.state, "shared" if one.shared else "") if word)
        address = Text(one.address, style="bold red" if one.shared else "dim" if one.address == _ZEROS else "")
        table.add_row(
            one.host, f"{one.name} ({one.what})" if one.what != "machine" else one.name, address, one.origin, state
        )
    return table


def _said(one: Said) -> Text:
    times = f" ({one.times} times)" if one.times > 1 else ""
    if one.kind == "refused":
        told = Text.assemble(("Refused", "bold red"), f" on {one.host}: {one.why}.")
        return told.append(f' "{one.text}"', style="italic") if one.text else told
    told = Text.assemble((f"Event {one.id}", "bold yellow"), f" on {one.host}, {one.source}{times}: ")
    return told.append(f'"{one.text}"', style="italic") if one.text else told.append(one.why)


# Stacks --------------------------------------------------------------------------------------------------------------


def _stack(stack: Stack) -> Tree:
    """Draw a host's adapters: on each switch its ports, and below it what it stands on."""
    pieces = {piece.key: piece for piece in stack.pieces}
    ips = f"  {', '.join(stack.ips)}" if stack.ips else "  no IPv4 address"
    tree = Tree(Text.assemble((stack.host, "bold"), (ips, "dim")), guide_style="dim")
    below_something = {key for piece in stack.pieces for key in piece.below}
    for piece in stack.pieces:
        if piece.column == "switch":
            node = tree.add(Text.assemble(("switch ", "dim"), (piece.title, "bold"), (f"  {piece.state}", "dim")))
            ports = [one for one in stack.pieces if one.column == "port" and piece.key in one.below]
            if ports:
                above = node.add(Text("ports", style="dim"))
                for port in ports:
                    above.add(_piece(port, stack))
            if piece.below:
                _below(node.add(Text("stands on", style="dim")), piece, pieces, stack)
    for piece in stack.pieces:
        if piece.column in ("team", "nic") and piece.key not in below_something:
            _below(tree.add(_piece(piece, stack)), piece, pieces, stack)
    return tree


def _below(node: Tree, piece: Piece, pieces: dict[str, Piece], stack: Stack) -> None:
    for key in piece.below:
        if key in pieces:
            _below(node.add(_piece(pieces[key], stack)), pieces[key], pieces, stack)


def _piece(piece: Piece, stack: Stack) -> Text:
    shared = piece.address in stack.shared
    told = Text.assemble(f"{piece.title}  ", (piece.address or "no address yet", "bold red" if shared else ""))
    told.append(f"  {', '.join(word for word in (piece.state, piece.origin) if word)}", style="dim")
    return told.append("  SHARED", style="bold red") if shared else told


# Pings ---------------------------------------------------------------------------------------------------------------


def watched(seen: Watched) -> RenderableType:
    """Return a ping as it was seen: the transcript, the answers and the switch side by side, and what it logged."""
    ports = sorted({(spell.port, spell.place) for spell in seen.spells})
    digits = {port: str(at + 1) for at, (port, _) in enumerate(ports)}
    answers = "".join("!" if outcome == "reply" else "." for _, outcome, _ in seen.echoes)
    transcript = seen.transcript.strip("\n").splitlines()
    if not seen.lost:
        transcript = (
            transcript[:2] + [f"... ({seen.sent - 1} more replies)"] * (seen.sent > 1) + transcript[seen.sent + 1 :]
        )
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True, style="dim")
    rows.add_column()
    believed = _row(seen, digits)
    for at in range(0, len(answers), ECHOES_IN_ROW):
        rows.add_row("echoes", Text(answers[at : at + ECHOES_IN_ROW]))
        rows.add_row("switch", Text(believed[at : at + ECHOES_IN_ROW]))
    rows.add_row("", Text(f"! answered, . lost; the switch had the address at {_legend(ports, digits)}", style="dim"))
    if seen.forgotten:
        rows.add_row(
            "", Text(f"- also where the table's oldest {seen.forgotten:,} changes are no longer known", style="dim")
        )
    told = f"{seen.moves} of {seen.mac} in {seen.took_us / 1e6:.0f} s: {seen.moves_per_minute:.0f} a minute"
    rows.add_row("moves", Text(told))
    rows.add_row("loss", Text(f"{seen.loss:.0%}"))
    for at, line in enumerate(seen.syslog):
        rows.add_row("" if at else "syslog", Text(line))
    if seen.lines_all > len(seen.syslog):
        rows.add_row("", f"and {seen.lines_all - len(seen.syslog)} more")
    return Group(
        Text(f"{seen.title}: {seen.asker} asks {seen.target}, {seen.mac}", style="bold"),
        Padding(Text("\n".join(transcript)), (0, 0, 0, 2)),
        rows,
    )


def _row(seen: Watched, digits: dict[str, str]) -> str:
    """Return, for each echo, the number of the port where the switch had the address when it was sent."""
    starts = [spell.from_us for spell in seen.spells]
    row = []
    for at_us, _, _ in seen.echoes:
        at = bisect_right(starts, at_us) - 1
        row.append(digits[seen.spells[at].port] if at >= 0 and at_us < seen.spells[at].to_us else "-")
    return "".join(row)


def _legend(ports: Iterable[tuple[str, str]], digits: dict[str, str]) -> str:
    return ", ".join(f"{digits[port]} {port} ({place})" for port, place in ports) or "no port"

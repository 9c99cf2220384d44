"""Sets of VLANs: parsing, the one spelling a set has, and the atoms that tell which sets meet."""

import re
from collections.abc import Iterable, Sequence

UNTAGGED = "0"
ANY = "0-4094"
_TOP = 4094
_WORD = re.compile(r"[0-9]{1,4}")
_Span = tuple[int, int]


def parse(text: str) -> list[_Span]:
    """Return the spans of `1-10,20`, sorted and merged; raise ValueError for anything that is no set of VLANs."""
    spans: list[_Span] = []
    for part in filter(None, (piece.strip() for piece in text.replace(";", ",").split(","))):
        low, dash, high = (word.strip() for word in part.partition("-"))
        if not (_WORD.fullmatch(low) and _WORD.fullmatch(high or low)) or bool(dash) != bool(high):
            raise ValueError(part)
        first, last = int(low), int(high or low)
        if first > last or not is_one(last):
            raise ValueError(part)
        spans.append((first, last))
    return _merged(spans)


def is_one(number: int) -> bool:
    """Tell whether a number is a VLAN's; 0 stands for untagged frames, and 4095 for all VLANs on some platforms."""
    return 0 <= number <= _TOP + 1


def text_of(spans: Iterable[_Span]) -> str:
    """Return the one spelling of a set: sorted, merged, `10` rather than `10-10`."""
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in _merged(spans))


def _merged(spans: Iterable[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def atoms(sets: Sequence[tuple[int, str]]) -> list[tuple[int, int]]:
    """Return (set id, atom) pairs such that two sets have a VLAN in common exactly when they share an atom.

    An atom is a run of VLANs that no set tells apart, so there are at most twice as many as ends of spans, however
    many VLANs a trunk allows.
    """
    parsed = [(number, parse(text)) for number, text in sets]
    edges = sorted({edge for _, spans in parsed for first, last in spans for edge in (first, last + 1)})
    position = {edge: at for at, edge in enumerate(edges)}
    return [
        (number, edges[at])
        for number, spans in parsed
        for first, last in spans
        for at in range(position[first], position[last + 1])
    ]

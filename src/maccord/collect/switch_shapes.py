"""Which shape a table has: found by its header, or by a row of it."""

from functools import cache

from maccord.collect.switch_address_shapes import ADDRESS_TABLES
from maccord.collect.switch_lines import LINE_MAX
from maccord.collect.switch_neighbour_shapes import NEIGHBOUR_TABLES
from maccord.collect.switch_shape import Shape

SHAPES = ADDRESS_TABLES + NEIGHBOUR_TABLES
_ALONE = tuple(shape for shape in SHAPES if shape.alone)
_HEADER_MAX = 400
_ROW_MIN = 20


@cache
def _by_header() -> dict[str, Shape]:
    return {header: shape for shape in SHAPES for header in shape.headers}


def shape_under(line: str) -> Shape | None:
    """Return the shape whose header a line is, whatever its case and spaces."""
    if len(line) > _HEADER_MAX:
        return None
    return _by_header().get(" ".join(line.casefold().split()))


def shape_of_row(line: str) -> Shape | None:
    """Return the shape that a line is a row of, if nothing else looks like such a row."""
    if not _ROW_MIN <= len(line) <= LINE_MAX:
        return None
    return next((shape for shape in _ALONE if shape.match(line)), None)

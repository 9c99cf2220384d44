"""What stands on what can be read, in both sets of colours: WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (graphics, 3:1).

Source of the formula: W3C, "Web Content Accessibility Guidelines 2.2", definitions of contrast ratio and relative
luminance.
"""

import re
from pathlib import Path

import pytest

import maccord.report

STYLE = Path(maccord.report.__file__).parent / "page" / "style"
TEXTS = [
    *((ink, ground) for ink in ("ink", "soft") for ground in ("page", "card", "sunken")),
    *(("accent", ground) for ground in ("page", "card", "sunken", "accent-soft")),
    *((kind, f"{kind}-soft") for kind in ("error", "warning", "info", "allowed")),
    *((kind, "card") for kind in ("error", "warning", "info", "allowed")),
    ("ink", "accent-soft"),
    ("soft", "accent-soft"),
    ("ink", "error-soft"),
    ("soft", "error-soft"),
    ("strip-ink", "strip"),
    ("shared-ink", "shared"),
]
GRAPHICS = [
    *(("edge", ground) for ground in ("page", "card", "sunken")),
    *((mark, ground) for mark in ("accent", "error") for ground in ("card", "sunken")),
    ("hatch", "card"),
]


def palettes():
    """Return each set of colours that the style defines, by the name of what turns it on."""
    text = (STYLE / "1-colours.css").read_text()
    found = {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]+)\}", text):
        found[selector.strip().splitlines()[-1].strip()] = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", body))
    printed = re.search(r"@media print \{\s*[^{]+\{([^}]+)\}", (STYLE / "5-print.css").read_text())
    assert printed
    longer = re.sub(r"#([0-9a-f])([0-9a-f])([0-9a-f]);", r"#\1\1\2\2\3\3;", printed[1])
    found["print"] = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", longer))
    return found


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_known_extremes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_set_defines_the_same_colours():
    sets = palettes()
    assert list(sets) == [":root", ':root:not([data-theme="light"])', ':root[data-theme="dark"]', "print"]
    assert len({frozenset(one) for one in sets.values()}) == 1


def test_the_system_and_the_button_give_the_same_dark():
    sets = palettes()
    assert sets[':root:not([data-theme="light"])'] == sets[':root[data-theme="dark"]']


@pytest.mark.parametrize("name", palettes())
@pytest.mark.parametrize(("ink", "ground"), TEXTS)
def test_text_can_be_read(name, ink, ground):
    colours = palettes()[name]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("name", palettes())
@pytest.mark.parametrize(("mark", "ground"), GRAPHICS)
def test_lines_and_marks_can_be_seen(name, mark, ground):
    colours = palettes()[name]
    assert contrast(colours[mark], colours[ground]) >= 3


def test_no_colour_stands_outside_the_sets():
    for path in STYLE.glob("*.css"):
        text = path.read_text()
        rules = text if path.name not in ("1-colours.css", "5-print.css") else ""
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s])", rules), path.name

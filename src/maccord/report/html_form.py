"""The report as one page for people: HTML that asks the network for nothing and runs nothing but its own script."""

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from maccord.mac import show
from maccord.report.html_data import data_block
from maccord.report.html_view import view
from maccord.report.illustration import Illustration
from maccord.report.model import Report
from maccord.report.plain import counted
from maccord.report.prose import bearable, prose
from maccord.report.stack_drawing import HEIGHT, WIDTH, clipped

_PAGE = files("maccord.report") / "page"


def as_html(report: Report, drawn: Illustration) -> str:
    """Return the page. `drawn` is what it shows beside the report (`app.illustrate`).

    Whatever is filled in is spelled without control and direction characters, cut to a length, and escaped. The
    page's own style and script stand in it as they are, and its Content-Security-Policy names their hashes: nothing
    else is run, loaded or sent. Source: W3C, "Content Security Policy Level 3" (2.3.1, source lists; 8.3, hashes).
    """
    style, early, script = _joined("style"), _joined("early"), _joined("script")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(early)}' '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template("page.html")
        .render(
            page=view(report, drawn),
            report=report,
            policy=policy,
            style=Markup(style),  # noqa: S704 - our own file
            early=Markup(early),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            data=Markup(data_block(report, drawn)),  # noqa: S704 - escaped there
            box=(WIDTH, HEIGHT),
        )
    )


@cache
def _environment() -> Environment:
    env = Environment(
        autoescape=True,
        finalize=_shown,
        loader=FunctionLoader(lambda name: (_PAGE / name).read_text("utf-8")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(counted=counted, clipped=clipped, mac=show, prose=prose)
    return env


def _shown(value: object) -> object:
    """Return what an expression of the template prints: harmless text of bearable length."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return bearable(value)


def _joined(folder: str) -> str:
    """Return the files of a folder, one after the other by name, in a shape that ends no element early."""
    found: list[Traversable] = sorted((_PAGE / folder).iterdir(), key=lambda one: one.name)
    text = "\n".join(one.read_text("utf-8").strip() for one in found)
    assert "</" not in text, f"{folder}: what could end the element"
    assert "<!--" not in text, f"{folder}: what could begin a comment"
    return f"\n{text}\n"


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()

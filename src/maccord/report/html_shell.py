"""What every page is made of: templates, our own style and script, and the policy that names their hashes."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from maccord.mac import show
from maccord.report.plain import counted
from maccord.report.prose import bearable, prose
from maccord.report.stack_drawing import HEIGHT, WIDTH, clipped

_PAGE = files("maccord.report") / "page"


def rendered(template: str, *, styles: Sequence[str] = ("style",), scripts: Sequence[str], **values: object) -> str:
    """Return a page: a template with values, in which our own style and script stand as they are.

    styles, scripts: folders of `page/`, or files in them. Whatever is filled in is spelled without control and
    direction characters, cut to a length, and escaped. The Content-Security-Policy names the hashes of style and
    scripts: nothing else is run, loaded or sent. Source: W3C, "Content Security Policy Level 3" (2.3.1, source lists;
    8.3, hashes).
    """
    style, early, script = _joined(styles), _joined(["early"]), _joined(scripts)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(early)}' '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template(template)
        .render(
            policy=policy,
            style=Markup(style),  # noqa: S704 - our own file
            early=Markup(early),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            box=(WIDTH, HEIGHT),
            **values,
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


def _joined(names: Sequence[str]) -> str:
    """Return files, those of a folder one after the other by name, in a shape that ends no element early."""
    found: list[Traversable] = []
    for name in names:
        part = _PAGE / name
        found += sorted(part.iterdir(), key=lambda one: one.name) if part.is_dir() else [part]
    text = "\n".join(one.read_text("utf-8").strip() for one in found)
    assert "</" not in text, f"{names}: what could end the element"
    assert "<!--" not in text, f"{names}: what could begin a comment"
    return f"\n{text}\n"


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()

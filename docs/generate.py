"""Write what the program knows into docs/: the page of each cause, expected twin and rule, and the schemas.

python docs/generate.py            writes
python docs/generate.py --check    writes nothing; names the files that differ and exits with 1
"""

import re
import sys
from pathlib import Path

from maccord.app.pages import Page, pages
from maccord.plan import plan
from maccord.rehearse import json_form as rehearsal
from maccord.report import json_form, risk, whois
from maccord.serve.app import OPERATIONS, TAGS, openapi
from maccord.serve.openapi import problems_of
from maccord.serve.problem import KINDS, PREFIX, Kind
from maccord.worlds.stories import plain_form

DOCS = Path(__file__).resolve().parent
_FOLDER = {"cause": "causes", "expected twin": "twins", "rule": "rules"}
_SCHEMAS = {
    "report-1.schema.json": ("check", json_form.json_schema),
    "whois-1.schema.json": ("whois", whois.json_schema),
    "risk-1.schema.json": ("risk", risk.json_schema),
    "plan-1.schema.json": ("plan", plan.json_schema),
    "rehearsal-1.schema.json": ("rehearse", rehearsal.json_schema),
    "twin-1.schema.json": ("twin", plain_form.json_schema),
}
_ABOUT = {
    "cause": "Why addresses collide, or will. Each is an incident of the report.",
    "expected twin": "Addresses that two adapters share by design. They are counted in the report, never an incident.",
    "rule": "What maccord looks for. A finding of a rule says that something is wrong; the causes say why.",
}


def markdown(page: Page) -> str:
    """Return a page as Markdown: prose as prose, and whatever holds commands as it stands."""
    told = [f"# {page.name}", "", page.title]
    about = f"{page.kind}, {page.severity}" if page.severity else page.kind
    told += ["", f"*{about}*"]
    for label, text, verbatim in page.parts:
        told += ["", f"## {label}"] if label else []
        told += ["", "```text", text, "```"] if verbatim else _prose(text)
    return "\n".join(told) + "\n"


def _prose(text: str) -> list[str]:
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return [line for one in paragraphs if one for line in ("", _escaped(one[0].upper() + one[1:]))]


def _escaped(text: str) -> str:
    return re.sub(r"([<>*_`\[\]\\])", r"\\\1", text)


def index(listed: list[Page]) -> str:
    """Return the table of contents."""
    told = ["# What maccord knows", "", "Written by `script/docs` from the pages that `maccord explain` prints."]
    for kind, folder in _FOLDER.items():
        told += ["", f"## {folder.capitalize()}", "", _ABOUT[kind], "", "| name | in a sentence |", "|---|---|"]
        told += [
            f"| [{page.name}]({folder}/{page.name}.md) | {_escaped(page.title)} |"
            for page in listed
            if page.kind == kind
        ]
    told += ["", "## Answers for programs", "", "The JSON Schema of what each command writes with `--format json`.", ""]
    told += [f"- `maccord {command}`: [{file}]({file})" for file, (command, _) in _SCHEMAS.items()]
    told += [
        "",
        "The REST service of `maccord serve`: [api.md](api.md), and [openapi.json](openapi.json) for programs.",
    ]
    return "\n".join(told) + "\n"


def api() -> str:
    """Return what the REST service can be asked for, and how it refuses."""
    told = [
        "# REST v1",
        "",
        "Written by `script/docs` from the table of operations. [openapi.json](openapi.json) has the details;",
        "[service.md](service.md) tells how to run the service and how to ask it.",
    ]
    for tag, about in TAGS.items():
        told += [
            "",
            f"## {tag.capitalize()}",
            "",
            about,
            "",
            "| operation | role | does | refuses with |",
            "|---|---|---|---|",
        ]
        for one in OPERATIONS:
            if one.tag == tag:
                own = [f"`{name}`" for name in problems_of(one) if name in one.problems and name != "store-unavailable"]
                what = _escaped(one.what.split("\n")[0])
                told.append(f"| `{one.method} {one.path}` | {one.role or 'none'} | {what} | {', '.join(own)} |")
    told += ["", "## Problems", "", f"`type` is `{PREFIX}NAME`, and never changes.", "", "| name | status | means |"]
    told += ["|---|---|---|"]
    told += [f"| `{kind.name}` | {kind.status} | {kind.title} |" for kind in sorted(KINDS.values(), key=_by_status)]
    return "\n".join(told) + "\n"


def _by_status(kind: Kind) -> tuple[int, str]:
    return kind.status, kind.name


def everything() -> dict[Path, str]:
    """Return every generated file and what it holds."""
    listed = pages()
    schemas = {DOCS / file: schema() for file, (_, schema) in _SCHEMAS.items()}
    made = {DOCS / _FOLDER[page.kind] / f"{page.name}.md": markdown(page) for page in listed}
    service = {DOCS / "openapi.json": openapi().decode(), DOCS / "api.md": api()}
    return {DOCS / "README.md": index(listed), **service, **schemas, **made}


def main() -> None:
    """Write the files, or compare them."""
    made = everything()
    there = {path for folder in _FOLDER.values() for path in (DOCS / folder).glob("*.md")}
    differing = sorted(path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text)
    stale = sorted(there - made.keys())
    if "--check" in sys.argv[1:]:
        for path in (*differing, *stale):
            print(f"{path.relative_to(DOCS.parent).as_posix()} is not what the program says; call script/docs")
        sys.exit(1 if differing or stale else 0)
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding="utf-8", newline="\n")
    for path in stale:
        path.unlink()


if __name__ == "__main__":
    main()

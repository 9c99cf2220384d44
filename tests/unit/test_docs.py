"""The documents say what the program says, and lead nowhere that is not there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from maccord.app.pages import pages

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")]


def test_generated_documents_are_what_the_program_says():
    ran = subprocess.run([sys.executable, ROOT / "docs/generate.py", "--check"], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stdout.decode()


def test_every_cause_rule_and_twin_has_a_page_with_its_confirmation_and_its_repair():
    for page in pages():
        assert {"Confirm", "Fix", "Source"} <= set(re.findall(r"^([A-Z][a-z ]+): ", page.text, re.MULTILINE)), page.name


def test_the_published_schema_is_a_json_schema():
    schema = json.loads((ROOT / "docs/report-1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == "maccord.report/1"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_inside_the_documents_leads_somewhere(document):
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    missing = [link for link in links if not (document.parent / link.partition("#")[0]).exists()]
    assert missing == []

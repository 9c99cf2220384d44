"""The report as Markdown: it says what the table says, and evidence stays text whatever it spells."""

import json
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from maccord.cli.main import run
from maccord.report.markdown_form import _listed, escaped

FLEET = Path(__file__).parents[3] / "examples" / "fleet"
READER = MarkdownIt("commonmark").enable("table")
HOSTILE = st.text(st.sampled_from("ab1 |\\`*_[](){}<>#&;~!$:/.@+-=\n\u202ewww"), min_size=1, max_size=30)


def words(tokens):
    """Return the text of all inline tokens, and what else than text is in them."""
    inline = [child for token in tokens for child in token.children or ()]
    return [one.content for one in inline if one.type == "text"], {one.type for one in inline} - {"text"}


def test_every_incident_of_the_sample_is_a_section_with_its_hosts(capsys):
    assert run(["check", str(FLEET), "--format", "markdown", "--quiet"]) == 1
    text = capsys.readouterr().out
    tokens = READER.parse(text)
    told, other = words(tokens)
    assert other == {"html_inline"}  # the breaks between lines of a cell
    headings = [text.content for token, text in pairwise(tokens) if token.type == "heading_open"]
    assert "error, cloned-host-image, active" in headings
    assert len([token for token in tokens if token.type == "table_open"]) == len(headings) - 1
    assert "HQ-HV03, HQ-HV04" in told


@given(HOSTILE)
def test_whatever_evidence_spells_is_text_in_a_cell_and_in_a_list(name):
    for text in (f"| a | b |\n|---|---|\n| x | {escaped(name)} |\n", "\n".join(_listed("Gone", [name]))):
        tokens = READER.parse(text)
        assert words(tokens)[1] == set()
        assert sum(token.type in ("tr_open", "list_item_open") for token in tokens) == (2 if text[0] == "|" else 1)


def test_a_name_that_spells_html_and_a_link_stays_a_name(tmp_path, capsys):
    evil = "<img src=x onerror=alert(1)>|[click](http://evil)`*"
    for host in ("HV01", "HV02"):
        machine = {"Name": evil, "VMName": evil, "VMId": f"{host}-1", "MacAddress": "001B215A0010", "Status": [2]}
        export = {"schema": "maccord.host/1", "ComputerName": host, "VMNetworkAdapter": [machine]}
        (tmp_path / f"{host}.json").write_text(json.dumps(export))
    run(["check", str(tmp_path), "--format", "markdown", "--quiet"])
    html = READER.render(capsys.readouterr().out)
    assert "onerror" in html
    assert "<img" not in html
    assert "<a " not in html

"""The OpenAPI document tells the truth: schemathesis asks a running service what the document says."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from maccord.serve.app import OPERATIONS, openapi
from maccord.serve.openapi import problems_of
from maccord.serve.problem import KINDS
from tests.kit.service import plain, running

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method,ignored_auth,missing_required_header"
)
ST = Path(sys.executable).parent / "st"


@pytest.mark.slow
def test_nothing_is_answered_that_the_document_does_not_say(tmp_path):
    with running(tmp_path) as service:
        pool = {"name": "web", "ranges": [{"first": "02-4D-00-00-00-00", "last": "02-4D-00-00-FF-FF"}]}
        assert service.ask("POST", "/v1/pools", pool).status == 201
        (tmp_path / "openapi.json").write_bytes(openapi())
        command = [
            str(ST), "run", "openapi.json", "--url", service.url, "-H",
            f"Authorization: Bearer {service.tokens['admin']}", "--checks", CHECKS, "--max-examples", "8",
            "--phases", "examples,coverage,fuzzing", "--seed", "1", "--request-timeout", "20",
        ]  # fmt: skip
        env = {**plain(), "HOME": str(tmp_path), "PYTHONPATH": "", "NO_COLOR": "1"}
        ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False)
        faults = [line for line in service.log if line["event"] in ("our-fault", "no-json")]
    assert ran.returncode == 0, ran.stdout[-6000:]
    assert faults == []


def test_every_schema_of_the_document_is_a_json_schema():
    document = json.loads(openapi())
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert all(path.startswith("/") for path in document["paths"])


def test_every_reference_of_the_document_leads_somewhere():
    document = json.loads(openapi())

    def references(value):
        if isinstance(value, dict):
            yield from (one for one in [value.get("$ref")] if isinstance(one, str))
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                yield from references(one)

    found = set(references(document))
    assert len(found) > 50
    for reference in found:
        at = document
        for part in reference.removeprefix("#/").split("/"):
            at = at[part]
        assert at


def test_every_operation_says_what_it_does_and_how_it_refuses():
    for one in OPERATIONS:
        assert one.what.strip().endswith((".", "]")), one.id
        assert set(one.problems) <= set(KINDS), one.id
        assert {"internal", "unreadable"} <= set(problems_of(one)), one.id
        assert set(one.parameters) == {part[1:-1] for part in one.path.split("/") if part.startswith("{")}, one.id

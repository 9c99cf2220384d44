"""The OpenAPI document, made from the table of operations and from the types that check requests.

Source: OpenAPI Specification 3.1.1; its schemas are JSON Schema 2020-12, which msgspec writes.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from maccord import __version__
from maccord.serve.operations import Answer, Operation
from maccord.serve.problem import KINDS, MEDIA_TYPE

_PARAMETER = re.compile(r"\{(\w+)\}")
_REF = "#/components/schemas/{name}"
_EVERYWHERE = ("internal", "unavailable", "request-timeout", "headers-too-large")
_GUARDED = ("no-token", "bad-token")
_STRING = {"type": "string"}
_LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_REQUEST_ID = {"X-Request-Id": {"description": "The request's id, as logs and audit have it.", "schema": _STRING}}

LINES = "application/x-ndjson"
BYTES = "application/octet-stream"
Json = dict[str, Any]


def document(operations: Iterable[Operation[Any]], *, title: str, what: str, tags: Mapping[str, str]) -> Json:
    """Return the document that describes all operations."""
    table = list(operations)
    types = [
        found
        for one in table
        for found in (one.query, one.body, *(answer.document for answer in one.answers.values()))
        if found is not None
    ]
    _, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    schemas["Problem"] = _problem()
    paths: Json = {}
    refusals: Json = {}
    for one in table:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, refusals)
    return {
        "openapi": "3.1.1",
        "info": {"title": title, "version": __version__, "description": what, "license": _LICENCE},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": text} for name, text in tags.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": dict(sorted(refusals.items())),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A token of `maccord token create`."}
            },
        },
    }


def problems_of(one: Operation[Any]) -> tuple[str, ...]:
    """Return the names of all problems that an operation may answer with."""
    names = [*one.problems, *_EVERYWHERE, "unreadable"]
    if one.role is not None:
        names += [*_GUARDED, "forbidden", "bad-request", "store-unavailable"]
    if one.body is not None or one.lines:
        names += ["body-too-large", "unsupported-media-type"]
    elif one.role is not None:
        names.append("body-too-large")
    if one.keyed:
        names.append("idempotency-key-reused")
    if one.conditional:
        names.append("stale-version")
    return tuple(name for name in KINDS if name in names)


def _operation(one: Operation[Any], refusals: Json) -> Json:
    """Return an operation; how it may refuse is kept in `refusals`, since many refuse alike."""
    answers: Json = {str(status): _answer(answer) for status, answer in one.answers.items()}
    by_status: dict[int, list[str]] = {}
    for name in problems_of(one):
        by_status.setdefault(KINDS[name].status, []).append(name)
    for status, names in by_status.items():
        name = f"{status}-{'-or-'.join(names)}"
        refusals[name] = _refusal(names)
        answers[str(status)] = {"$ref": f"#/components/responses/{name}"}
    if any(answer.etag for answer in one.answers.values()) and one.method == "GET":
        answers["304"] = {"description": "It is as it was when it had the ETag of If-None-Match."}
    made: Json = {
        "operationId": one.id,
        "summary": one.what.split("\n")[0],
        "description": one.what + _role(one),
        "tags": [one.tag],
        "parameters": [*_path(one), *_query(one), *_headers(one)],
        "responses": dict(sorted(answers.items())),
    }
    if one.role is None:
        made["security"] = []
    if one.body is not None:
        schema = msgspec.json.schema_components([one.body], ref_template=_REF)[0][0]
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif one.lines:
        what = {"type": "string", "format": "binary", "description": f"One JSON object a line ({LINES})."}
        made["requestBody"] = {"required": True, "content": {BYTES: {"schema": what}}}
    return made


def _role(one: Operation[Any]) -> str:
    if one.role is None:
        return "\n\nTakes no token."
    pool = " and is granted the pool" if "{pool}" in one.path else ""
    return f"\n\nTakes a token that has the role `{one.role}` or more{pool}."


def _answer(answer: Answer) -> Json:
    made: Json = {"description": answer.what, "headers": dict(_REQUEST_ID)}
    if answer.etag:
        made["headers"]["ETag"] = {"description": "Its version, for If-Match and If-None-Match.", "schema": _STRING}
    if answer.document is not None:
        schema = msgspec.json.schema_components([answer.document], ref_template=_REF)[0][0]
        made["content"] = {answer.media_type: {"schema": schema}}
    elif answer.media_type != "application/json":
        made["content"] = {answer.media_type: {"schema": _STRING}}
    return made


def _refusal(names: list[str]) -> Json:
    what = "; ".join(f"`{name}`: {KINDS[name].title[0].lower()}{KINDS[name].title[1:]}" for name in names)
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"properties": {"type": {"enum": [KINDS[name].type for name in names]}}},
        ]
    }
    return {"description": what, "headers": dict(_REQUEST_ID), "content": {MEDIA_TYPE: {"schema": schema}}}


def _path(one: Operation[Any]) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": one.parameters.get(name, ""),
            "schema": _SCHEMAS.get(name, _STRING),
        }
        for name in _PARAMETER.findall(one.path)
    ]


_SCHEMAS: dict[str, Json] = {
    "pool": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"},
    "block": {"type": "integer", "minimum": 0},
    "mac": {"type": "string", "pattern": "^([0-9A-F]{2}-){5}[0-9A-F]{2}$", "examples": ["00-15-5D-C8-6A-00"]},
}


def _query(one: Operation[Any]) -> list[Json]:
    if one.query is None:
        return []
    _, schemas = msgspec.json.schema_components([one.query], ref_template=_REF)
    made = schemas[one.query.__name__]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in made.get("required", ()),
            "description": schema.get("description", ""),
            "schema": _without_null({key: value for key, value in schema.items() if key != "description"}),
        }
        for name, schema in made["properties"].items()
    ]


def _without_null(schema: Json) -> Json:
    """Return the schema of a parameter that may be left out: null is no text of a query."""
    made = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    rest = [one for one in made.get("anyOf", ()) if one != {"type": "null"}]
    if len(rest) == 1:
        made = {key: value for key, value in made.items() if key != "anyOf"} | rest[0]
    return made


def _headers(one: Operation[Any]) -> list[Json]:
    found = []
    if one.keyed:
        found.append(
            ("Idempotency-Key", "A retry with the same key and request gives the first answer again.", "^[!-~]{1,128}$")
        )
    if one.conditional:
        found.append(("If-Match", "Do it only if it still has this ETag.", '^("[^"]{1,64}"|\\*)$'))
    return [
        {"name": name, "in": "header", "required": False, "description": what, "schema": _STRING | {"pattern": pattern}}
        for name, what, pattern in found
    ]


def _problem() -> Json:
    return {
        "title": "Problem",
        "description": "Why a request was refused (RFC 9457). Members beside these tell programs more.",
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": [kind.type for kind in KINDS.values()]},
            "title": _STRING,
            "status": {"type": "integer"},
            "detail": _STRING,
            "request": {"type": "string", "description": "The id of the request."},
        },
        "required": ["type", "title", "status", "request"],
    }

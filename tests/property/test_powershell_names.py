"""Whatever a thing is called: the script around its name is the same, and the name arrives as it is."""

import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maccord.plan.steps import RefreshVmm
from maccord.powershell import step_script
from tests.kit import powershell
from tests.kit.pwsh.samples import SAMPLES

HOSTILE = [
    "'",
    "''",
    '"',
    "'@",
    "\n'@\n",
    "\r\n'@\r\nRemove-VM *\r\n$x = @'\r\n",
    "@'\n",
    "$(Stop-Computer)",
    "`$(Stop-Computer)",
    "${env:COMPUTERNAME}",
    "`",
    "`n",
    "\u2018", "\u2019", "\u201a", "\u201b", "\u201c", "\u201d", "\u201e",
    "\u2013", "\u2014", "\u2015",
    "\u0085", "\u2028", "\u2029", "\ufeff", "\u202e",
    "\x00", "\x07", "\x1a", "\x1b[2J", "\x7f",
    "#>", "<#", "--%", "|", ";", "&", "&&", "\\", "\\u0027", "%s", "{0}",
    "2026-11-21T23:48:31Z",
    "/Date(1)/",
    "Zürich 東京 \U0001f4bb",
    "\ud800",
    "x" * 10_000,
    "'" * 10_000,
]  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=60),
    st.lists(st.sampled_from(HOSTILE[:-2]), min_size=1, max_size=6).map("".join),
)


def tree(script):
    """Return the shape of a script's syntax tree, without any text."""
    return [
        (node.type, node.child_count, node.is_error, node.is_missing, node.start_point.row)
        for node in powershell.nodes(script.encode())
    ]


def texts(value, path=()):
    """Yield the places of all texts in a step's fields."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in ("kind", "mode"):
                yield from texts(one, (*path, key))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from texts(one, (*path, at))


def put(value, path, text):
    if not path:
        return text
    key, *rest = path
    copy = value.copy()
    copy[key] = put(value[key], rest, text)
    return copy


def named(step, path, text):
    """Return a step with a text in one of its places."""
    return msgspec.convert(put(msgspec.to_builtins(step), path, text), type(step))


def arrived(script):
    inside = script.partition("$Data = @'\n")[2].partition("\n'@\n")[0]
    return [json.loads(one) for one in inside.split("\n")]


PLACES = [(step, path) for step in SAMPLES for path in texts(msgspec.to_builtins(step))]
SHAPE = tree(step_script(SAMPLES[0]))


@pytest.mark.parametrize("step", SAMPLES, ids=lambda step: step.id)
def test_tree_of_every_step_is_the_same(step):
    assert tree(step_script(step)) == SHAPE


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.sampled_from(PLACES), name=NAMES)
def test_no_name_in_any_field_changes_the_script_around_it(place, name):
    step, path = place
    script = step_script(named(step, path, name))
    data = script.partition("$Data = @'\n")[2].partition("\n'@\n")[0]
    assert script.isascii()
    assert "'" not in data
    assert all(line.startswith("{") and line.endswith("}") and line.isprintable() for line in data.split("\n"))
    assert len(data.split("\n")) == 2
    rest = script.replace(data, "", 1)
    assert rest == step_script(SAMPLES[0]).replace(
        step_script(SAMPLES[0]).partition("$Data = @'\n")[2].partition("\n'@\n")[0], "", 1
    )


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_hostile_name_in_every_field_at_once_leaves_the_tree_alone(name):
    for step in (SAMPLES[3],):
        fields = msgspec.to_builtins(step)
        for path in texts(fields):
            fields = put(fields, path, name)
        script = step_script(msgspec.convert(fields, type(step)))
        assert tree(script) == SHAPE


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_name_arrives_as_it_is(name):
    head, told = arrived(step_script(RefreshVmm(id=name, host=name, refreshed=name)))
    assert head["host"] == told["host"] == told["refreshed"] == told["id"] == name

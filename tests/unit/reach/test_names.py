"""Names that platforms give become names of files, and two of them never one."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.reach.names import Names, file_name
from maccord.reach.server import BadServer, server_of


@pytest.mark.parametrize("name", ["hv01.corp.example", "web-01", "Büro_1", "VM (copy)+1".replace(" ", "")])
def test_a_usual_name_stays_as_it_is(name):
    assert file_name(name) == name


@given(st.text())
def test_any_name_becomes_one_that_stays_in_its_folder_and_is_seen_there(name):
    made = file_name(name)
    for path in (PurePosixPath(made), PureWindowsPath(made)):
        assert path.parts == (made,)
        assert not path.is_absolute()
    assert not made.startswith(".")
    assert len(made) <= 100
    assert made.isprintable()


@pytest.mark.parametrize("name", ["con", "NUL.txt", "com1", "..", ".hidden", "a/b", "a\\b", "", "x" * 300, "web "])
def test_a_name_that_a_file_system_stumbles_over_is_changed(name):
    assert file_name(name) != name


@given(st.lists(st.tuples(st.text(max_size=4), st.uuids().map(str)), unique_by=lambda one: one[1], max_size=12))
def test_names_of_one_folder_differ_even_where_case_does_not_count(pairs):
    names = Names()
    given_out = [names.of(text, key).casefold() for text, key in pairs]
    assert len(set(given_out)) == len(given_out)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("vc01.example.org", "https://vc01.example.org"),
        ("vc01:8443", "https://vc01:8443"),
        ("https://tools/netbox/", "https://tools/netbox"),
        ("[2001:db8::1]:8006", "https://[2001:db8::1]:8006"),
    ],
)
def test_a_server_may_be_a_name_a_name_with_a_port_or_a_url(text, url):
    assert server_of(text).url == url


@pytest.mark.parametrize(
    "text", ["", "https://", "ftp://vc01", "vc01:99999", "vc01:abc", "https://audit:pw@vc01", "vc01?x=1", "http://vc01"]
)
def test_what_is_no_server_or_would_show_a_password_is_refused(text):
    with pytest.raises(BadServer) as refusal:
        server_of(text)
    assert "pw" not in str(refusal.value)


def test_http_is_spoken_only_where_it_was_asked_for():
    assert server_of("http://vc01", insecure=True).url == "http://vc01"


def test_a_server_tells_its_own_urls_from_others():
    server = server_of("netbox.example.org")
    assert server.holds("https://netbox.example.org/api/?offset=50")
    assert server.holds("https://netbox.example.org:443/api/")
    assert not server.holds("http://netbox.example.org/api/")
    assert not server.holds("https://netbox.example.org.evil.example/api/")
    assert not server.holds("https://netbox.example.org@evil.example/api/")

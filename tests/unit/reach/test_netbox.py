"""What is asked of NetBox, over TLS from a server on the loopback that answers as NetBox's documentation says."""

import json

import pytest
import requests

from maccord.app.gather import gather
from maccord.app.keep import Keeper
from maccord.fleet.records import Declared, Host
from maccord.reach import Secret, Trust
from maccord.reach.netbox import NotNetBox, collect
from maccord.reach.server import server_of
from tests.kit.served import Served

TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105 - of this file's own server
SITE = {"id": 1, "name": "HQ", "slug": "hq"}


class NetBox:
    """Lists by path, served in pages."""

    def __init__(self, lists, page=1000):
        self.lists, self.page, self.at = lists, page, ""

    def __call__(self, path, asked):
        if path not in self.lists:
            return None
        rows, start = self.lists[path], int(asked.get("offset", 0))
        size = min(int(asked.get("limit", 50)), self.page)
        after = start + size
        following = f"https://{self.at}{path}?limit={size}&offset={after}" if after < len(rows) else None
        return {"count": len(rows), "next": following, "previous": None, "results": rows[start:after]}


def interface(number, owner, mac, *, kind="dcim", **more):
    key = "device" if kind == "dcim" else "virtual_machine"
    told = {"id": number, "url": f"https://netbox/api/{kind}/interfaces/{number}/", "name": f"eth{number}"}
    return {**told, key: owner, "mac_address": mac, **more}


def machine(number, name):
    return {"id": number, "url": f"https://netbox/api/virtualization/virtual-machines/{number}/", "name": name}


def lists():
    return {
        "/api/dcim/interfaces/": [
            interface(1, {"id": 7, "name": "HV01"}, "3C:FD:FE:00:00:01", type={"value": "10gbase-t", "label": "10GE"}),
            interface(2, {"id": 7, "name": "HV01"}, None),
        ],
        "/api/dcim/devices/": [{"id": 7, "name": "HV01", "site": SITE}, {"id": 8, "name": "PDU", "site": SITE}],
        "/api/virtualization/interfaces/": [
            interface(number, machine(number, f"vm{number}"), f"00:1B:21:00:00:{number:02X}", kind="virtualization")
            for number in (5, 4, 3)
        ],
        "/api/virtualization/virtual-machines/": [
            {
                **machine(number, f"vm{number}"),
                "cluster": {"id": 1, "name": "CL01"},
                "device": None,
                "comments": "secret",
            }
            for number in (3, 4, 5)
        ],
    }


def collected(netbox, certificates, **more):
    with Served(certificates, f"Token {TOKEN}", netbox) as served:
        netbox.at = netbox.at or served.at
        trust = more.pop("trust", Trust(str(certificates.authority)))
        token = Secret(more.pop("token", TOKEN))
        return collect(server_of(served.at), token, trust, timeout_s=10, **more), served


def test_interfaces_with_addresses_are_kept_as_served_and_say_where_their_owners_are(certificates):
    answer, served = collected(NetBox(lists()), certificates)
    assert sorted(answer.files) == ["127.0.0.1/interfaces.json", "127.0.0.1/vm-interfaces.json"]
    devices = json.loads(answer.files["127.0.0.1/interfaces.json"])
    assert devices == {
        "count": 1, "next": None, "previous": None,
        "results": [interface(1, {"id": 7, "name": "HV01", "site": SITE}, "3C:FD:FE:00:00:01")],
    }  # fmt: skip
    machines = json.loads(answer.files["127.0.0.1/vm-interfaces.json"])["results"]
    assert [row["id"] for row in machines] == [3, 4, 5]
    assert machines[0]["virtual_machine"]["cluster"] == {"id": 1, "name": "CL01"}
    assert "secret" not in "".join(answer.files.values())
    assert all(path.startswith("/api/") for path in served.asked)


def test_check_reads_what_collect_wrote(certificates, tmp_path):
    answer, _ = collected(NetBox(lists()), certificates)
    Keeper(str(tmp_path)).keep(answer)
    snapshot = gather([str(tmp_path)]).snapshot
    assert snapshot.problems == ()
    told = {
        (row.owner, row.name, f"{row.mac:012X}") for row in snapshot.tables["declared"] if isinstance(row, Declared)
    }
    assert told == {
        ("HV01", "eth1", "3CFDFE000001"),
        *((f"vm{number}", f"eth{number}", f"001B2100000{number}") for number in (3, 4, 5)),
    }
    assert [row.name for row in snapshot.tables["host"] if isinstance(row, Host)] == ["CL01", "HV01"]


def test_addresses_that_are_objects_of_their_own_since_4_2_are_all_kept(certificates):
    several = [{"id": at, "mac_address": f"02:00:00:00:00:0{at}", "display": ""} for at in (1, 2)]
    row = interface(1, {"id": 7, "name": "HV01"}, "02:00:00:00:00:01", mac_addresses=several)
    answer, _ = collected(NetBox({**lists(), "/api/dcim/interfaces/": [row]}), certificates)
    (kept,) = json.loads(answer.files["127.0.0.1/interfaces.json"])["results"]
    assert [one["mac_address"] for one in kept["mac_addresses"]] == ["02:00:00:00:00:01", "02:00:00:00:00:02"]


def test_a_list_of_many_pages_is_read_to_its_end(certificates):
    rows = [
        interface(at, {"id": 7, "name": "HV01"}, f"02:00:00:00:{at >> 8:02X}:{at & 255:02X}") for at in range(1, 61)
    ]
    netbox = NetBox({**lists(), "/api/dcim/interfaces/": rows}, page=25)
    answer, _ = collected(netbox, certificates)
    assert json.loads(answer.files["127.0.0.1/interfaces.json"])["count"] == 60


def test_a_list_that_goes_on_at_another_server_does_not_get_the_token_there(certificates):
    rows = [interface(at, {"id": 7, "name": "HV01"}, "02:00:00:00:00:01") for at in range(1, 8)]
    netbox = NetBox({**lists(), "/api/dcim/interfaces/": rows}, page=2)
    netbox.at = "evil.example:443"
    with pytest.raises(NotNetBox, match="not followed"):
        collected(netbox, certificates)


def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_token_is_sent(certificates):
    with pytest.raises(requests.exceptions.SSLError):
        collected(NetBox(lists()), certificates, trust=Trust())


def test_insecure_takes_any_certificate(certificates):
    answer, _ = collected(NetBox(lists()), certificates, trust=Trust(insecure=True))
    assert answer.files


def test_a_token_that_is_refused_is_an_error_without_the_token(certificates):
    with pytest.raises(Exception, match="401") as refusal:
        collected(NetBox(lists()), certificates, token="wrong-token")  # noqa: S106 - it is wrong
    assert "wrong-token" not in str(refusal.value)


def test_a_netrc_file_takes_no_tokens_place(certificates, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    answer, _ = collected(NetBox(lists()), certificates)
    assert answer.files

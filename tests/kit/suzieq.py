"""Parquet files as SuzieQ writes them: small tables in its columns and types, in its folders."""

import tempfile
from functools import cache
from pathlib import Path

import duckdb

SCHEMAS = {
    "device": {"os": "VARCHAR", "vendor": "VARCHAR", "model": "VARCHAR", "bootupTimestamp": "DOUBLE"},
    "interfaces": {
        "ifname": "VARCHAR",
        "type": "VARCHAR",
        "macaddr": "VARCHAR",
        "master": "VARCHAR",
        "vlan": "INTEGER",
        "state": "VARCHAR",
        "adminState": "VARCHAR",
        "ipAddressList": "VARCHAR[]",
        "ip6AddressList": "VARCHAR[]",
    },
    "macs": {
        "vlan": "BIGINT",
        "macaddr": "VARCHAR",
        "oif": "VARCHAR",
        "flags": "VARCHAR",
        "remoteVtepIp": "VARCHAR",
        "mackey": "VARCHAR",
    },
    "arpnd": {"ipAddress": "VARCHAR", "macaddr": "VARCHAR", "oif": "VARCHAR", "state": "VARCHAR"},
    "lldp": {"ifname": "VARCHAR", "peerHostname": "VARCHAR", "peerIfname": "VARCHAR"},
    "mlag": {
        "systemId": "VARCHAR",
        "peerMacAddress": "VARCHAR",
        "peerLink": "VARCHAR",
        "mlagDualPortsList": "VARCHAR[]",
        "state": "VARCHAR",
        "domainId": "VARCHAR",
    },
    "evpnVni": {"vni": "BIGINT", "type": "VARCHAR", "routerMac": "VARCHAR", "vlan": "BIGINT", "ifname": "VARCHAR"},
}
_ALL = {"timestamp": "BIGINT", "active": "BOOLEAN"}


@cache
def _connection():
    return duckdb.connect()


def parquet(schema, rows):
    """Return a Parquet file of `rows`, dictionaries by column; what one leaves out is null."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in schema.items())
    con = _connection()
    con.execute(f"CREATE OR REPLACE TABLE t ({columns})")
    marks = ", ".join("?" for _ in schema)
    for row in rows:
        assert row.keys() <= schema.keys(), row.keys() - schema.keys()
        con.execute(f"INSERT INTO t VALUES ({marks})", [row.get(name) for name in schema])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        con.execute(f"COPY t TO '{path}' (FORMAT parquet)")
        return path.read_bytes()


def table(kind, *rows):
    """Return a file of one of SuzieQ's tables."""
    return parquet(SCHEMAS[kind] | _ALL, [{"timestamp": 1, "active": True} | row for row in rows])


def path_of(kind, host, namespace="dc1"):
    """Return where SuzieQ puts a table of a host."""
    return f"{kind}/sqvers=1.0/namespace={namespace}/hostname={host}/0.parquet"


def device(host, told):
    """Return the files of a device that a case tells of in short notation (tests/cases/README.md)."""
    namespace = told.get("namespace", "dc1")
    rows = {
        "device": [{"os": told.get("os", "cumulus"), "vendor": "", "model": "", "bootupTimestamp": 0.0}],
        "interfaces": [_interface(*line.split()) for line in told.get("interfaces", [])],
        "macs": [_learned(*line.split()) for line in told.get("macs", [])],
        "lldp": [
            dict(zip(("ifname", "peerHostname", "peerIfname"), line.split(), strict=True))
            for line in told.get("lldp", [])
        ],
        "mlag": [_mlag(*line.split()) for line in told.get("mlag", [])],
        "evpnVni": [_network(*line.split()) for line in told.get("vnis", [])],
    }
    known = {"name", "namespace", "os", "interfaces", "macs", "lldp", "mlag", "vnis"}
    assert told.keys() <= known, told.keys() - known
    return {path_of(kind, host, namespace): table(kind, *found) for kind, found in rows.items() if found}


def _words(words):
    return dict(word.split("=", 1) for word in words if "=" in word)


def _interface(name, kind, mac, *words):
    given = _words(words)
    state = "down" if "down" in words else "up"
    return {
        "ifname": name,
        "type": kind,
        "macaddr": mac.replace("-", ":").lower(),
        "master": given.get("master", ""),
        "vlan": int(given.get("vlan", 0)),
        "state": state,
        "adminState": state,
        "ipAddressList": [one for one in given.get("ip", "").split(",") if one],
        "ip6AddressList": [],
    }


def _learned(vlan, mac, port, flags=""):
    address = mac.replace("-", ":").lower()
    return {"vlan": int(vlan), "macaddr": address, "oif": port, "flags": flags, "remoteVtepIp": "", "mackey": vlan}


def _mlag(system, peer_mac, peer_link, ports=""):
    return {
        "systemId": system.replace("-", ":").lower(),
        "peerMacAddress": peer_mac.replace("-", ":").lower(),
        "peerLink": peer_link,
        "mlagDualPortsList": [one for one in ports.split(",") if one],
        "state": "active",
        "domainId": "",
    }


def _network(vni, kind, vlan, router_mac):
    return {"vni": int(vni), "type": kind, "vlan": int(vlan), "routerMac": router_mac.replace("-", ":"), "ifname": ""}

"""Tables that only a template of ntc-templates knows: which is taken, what comes of it, and how long it takes."""

import subprocess
import sys
from contextlib import suppress
from importlib.resources import files
from time import process_time

import pytest
from textfsm import TextFSMError

from maccord.collect import read, switch_tables, switch_templates
from maccord.collect.document import Document
from maccord.fleet.evidence import HostSeen, SightingSeen

EXOS = """MAC                     VLAN Name( Tag)  Age  Flags         Port / Virtual Port List
------------------------------------------------------------------------------
00:15:5d:c8:6a:00             blue(0010) 0000 d m           1:5
00:15:5d:c8:6a:01          Default(0001) 0020 d m           12

Flags : d - Dynamic, s - Static, p - Permanent, n - NetLogin, m - MAC, i - IP,
        x - IPX, l - lockdown MAC, L - lockdown-timeout MAC, M- Mirror, B - Egress Blackhole,
        b - Ingress Blackhole, v - MAC-Based VLAN, P - Private VLAN, T - VLAN translation,

Total: 2 Static: 0  Perm: 0  Dyn: 2  Dropped: 0  Locked: 0  Locked with Timeout: 0
FDB Aging time: 300
"""
FORTIGATE = """Address           Age(min)   Hardware Addr      Interface
10.1.0.1          0          00:15:5d:c8:6a:00 internal
10.1.0.2          3          00:15:5d:c8:6a:01 wan1
"""
ALLIED = """VLAN port             mac            fwd
1    unknown          0015.5dc8.6a00 forward static
10   port1.0.7        0015.5dc8.6a01 forward dynamic
"""
PALO_ALTO = """interface         ip address      hw address        port              status   ttl
--------------------------------------------------------------------------------
ethernet1/1       10.1.0.1        00:15:5d:c8:6a:00 ethernet1/1         c      1743
ethernet1/2       10.1.0.9        (incomplete)      ethernet1/2         i      1
"""
HUAWEI = """-----------------------------------------------------------------------------
IPv6 Address : 2001:db8::1
Link-layer   : 0015-5dc8-6a00                           State : REACH
Interface    : GE0/0/1                                  Age   : 7
VLAN         : 10                                       CEVLAN: -
VPN name     : blue                                     Is Router: TRUE
Secure FLAG  : UN-SECURE
-----------------------------------------------------------------------------
Total: 1     Dynamic: 1     Static: 0
"""


def document(text, folder="SW1"):
    return Document("table.txt", folder, text.encode())


def rows(text):
    """Return what is read of text that no shape of our own knows, and that is without problems."""
    assert not switch_tables.claims(document(text))
    result = read(document(text))
    assert result is not None
    assert result.problems == []
    assert [(one.host, one.platform) for one in result.seen if isinstance(one, HostSeen)] == [("SW1", "switch")]
    seen = [one for one in result.seen if isinstance(one, SightingSeen)]
    assert all(one.host == "SW1" for one in seen)
    return [(one.mac & 0xFF, one.kind, one.vlan, one.port, one.ip, one.vrf, one.place.at) for one in seen]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            EXOS,
            [(0, "dynamic", 10, "1:5", "", "", "line 3"), (1, "dynamic", 1, "12", "", "", "line 4")],
        ),
        (
            FORTIGATE,
            [
                (0, "neighbour", 0, "internal", "10.1.0.1", "", "line 2"),
                (1, "neighbour", 0, "wan1", "10.1.0.2", "", "line 3"),
            ],
        ),
        (
            ALLIED,
            [(0, "dynamic", 1, "unknown", "", "", "line 2"), (1, "dynamic", 10, "port1.0.7", "", "", "line 3")],
        ),
        (PALO_ALTO, [(0, "neighbour", 0, "ethernet1/1", "10.1.0.1", "", "line 3")]),
        (HUAWEI, [(0, "neighbour", 10, "GE0/0/1", "2001:db8::1", "blue", "line 3")]),
    ],
    ids=["exos", "fortigate", "allied telesis", "palo alto", "huawei, a block an address"],
)
def test_table_is_read_with_the_template_that_explains_it(text, expected):
    assert rows(text) == expected


def test_prompts_and_other_commands_are_kept_from_the_template():
    text = f"SW1# show version\nSystem MAC: 00:15:5d:00:00:01\nSW1# show fdb\r\n{EXOS}SW1# exit\n"
    assert [row[0] for row in rows(text)] == [0, 1]


def test_line_that_the_template_refuses_is_a_problem_with_its_line():
    text = FORTIGATE * 10 + "10.1.0.3 garbled 00:15:5d:c8:6a:02\n"
    result = read(document(text))
    assert result is not None
    assert [one.at for one in result.problems] == ["line 31"]
    assert result.problems[0].reason.endswith(".textfsm, which reads the lines around it")


def test_line_too_long_for_a_template_is_a_problem_where_it_holds_an_address():
    wide = " " * switch_templates.LINE_MAX
    result = read(document(f"{FORTIGATE * 10}10.1.0.3 5 00:15:5d:c8:6a:02{wide}wan1\n{wide}x\n"))
    assert result is not None
    assert [one.at for one in result.problems] == ["line 31"]


def test_text_whose_addresses_no_template_explains_is_not_claimed():
    half = FORTIGATE + "".join(f"link {at} has 00:15:5d:c8:6a:{at:02x} at its end\n" for at in range(9))
    assert not switch_templates.claims(document(half))


@pytest.mark.parametrize("size", [switch_templates.BYTES_MAX + 1])
def test_text_that_is_too_large_for_templates_is_not_claimed(size):
    assert not switch_templates.claims(document(FORTIGATE + " " * size))


def test_there_are_templates_and_the_left_out_ones_exist():
    everything = set(switch_templates._templates()) | switch_templates._LEFT_OUT
    assert len(switch_templates._templates()) > 40
    folder = files("ntc_templates") / "templates"
    assert all((folder / name).is_file() for name in everything)


def test_textfsm_is_not_imported_for_tables_of_our_own():
    program = (
        "import sys; from maccord.collect import Document, read; "
        "read(Document('a', 'SW1', b'00:15:5d:c8:6a:00 dev p-a master br0')); "
        "sys.exit('textfsm' in sys.modules or 'ntc_templates' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# -- hostile text

STARTS = [
    *("0015.5dc8.6a00", "00:15:5d:c8:6a:00", "0015-5dc8-6a00", "10.0.0.1", "10", " 1", "fe80::1", "Internet  10.0.0.1"),
    *("? (10.0.0.1) at 00:15:5d:c8:6a:00", "IPv6 Address : fe80::1"),
]
FILLINGS = ["a", " a", " ", "1", "1 ", "-", "a-", " 1.", "a,", "::", "f:", "  a", "\t", ".", "a b-", "x  "]


def hostile_lines():
    """Return short lines of the kind on which regular expressions run back and forth."""
    wide = switch_templates.LINE_MAX
    for start in STARTS:
        for filling in FILLINGS:
            for end in ("", "!"):
                yield (f"{start} {filling * wide}"[: wide - 1]) + end
                yield (start + filling * wide)[: wide - 1] + end


@pytest.mark.slow
@pytest.mark.parametrize("name", switch_templates._templates())
def test_no_template_takes_long_for_a_short_line(name):
    machine = switch_templates._machine(name)
    for state in machine.states:
        for line in hostile_lines():
            machine.Reset()
            machine._cur_state, machine._cur_state_name = machine.states[state], state
            started = process_time()
            with suppress(TextFSMError):
                machine.ParseText(line, eof=False)
            assert process_time() - started < 1, line
    machine.Reset()


def test_hostile_lines_after_a_good_beginning_take_time_in_proportion():
    started = process_time()
    assert read(document(FORTIGATE + "\n".join(hostile_lines()))) is not None
    assert process_time() - started < 10

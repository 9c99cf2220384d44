"""What is read of libvirt's domains and networks, and what is made of broken and hostile XML."""

import re
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.collect import libvirt
from maccord.collect.document import Document, Unreadable
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, SwitchSeen
from maccord.fleet.records import Adapter, Host, VlanSet
from maccord.mac import parse_value
from tests.kit.recorded import RECORDED, needs_recorded

UUID = "4a64cc71-19c4-2fd0-2323-3050941ea3c3"
MAC = "52:54:00:aa:bb:cc"
BRIDGED = f"<interface type='bridge'><mac address='{MAC}'/><source bridge='br0'/></interface>"
NAT = """<network connections='1'>
  <name>default</name>
  <uuid>715666b7-dbd4-6c78-fa55-94863da09f2d</uuid>
  <forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>
  <bridge name='virbr0' stp='on' delay='0'/>
  <mac address='52:54:00:11:22:33'/>
  <domain name='example.com'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'/>
</network>
"""


def domain(*interfaces, name="web", uuid=UUID, attributes="type='kvm'", more=""):
    return (
        f"<domain {attributes}>\n  <name>{name}</name>\n  <uuid>{uuid}</uuid>\n{more}"
        f"  <devices>\n{''.join(interfaces)}\n  </devices>\n</domain>\n"
    )


def interface(inner, kind="bridge", mac=MAC):
    return f"<interface type='{kind}'><mac address='{mac}'/>{inner}</interface>"


def document(text, folder="kvm01"):
    return Document("all.xml", folder, text if isinstance(text, bytes) else text.encode())


def parsed(text):
    assert libvirt.claims(document(text))
    return libvirt.parse(document(text))


def read(text, kind):
    """Return the records of one class, of evidence that is without problems."""
    result = parsed(text)
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def adapter(text):
    (found,) = read(text, AdapterSeen)
    return found


def places(text, kind=AdapterSeen):
    return [one.place.at for one in parsed(text).seen if isinstance(one, kind)]


def rows_of(text, table):
    """Return the rows of one table of the estate that the text alone makes."""
    rows = assemble(libvirt.parse(document(text)).seen).tables[table.__name__.lower()]
    return [row for row in rows if isinstance(row, table)]


# -- domains


def test_domain_is_a_machine_of_the_host_its_folder_is_named_for():
    (host,) = read(domain(BRIDGED), HostSeen)
    (machine,) = read(domain(BRIDGED, uuid=UUID.upper()), MachineSeen)
    assert (host.host, host.platform, host.whole) == ("kvm01", "libvirt", False)
    assert (machine.host, machine.id, machine.name) == ("kvm01", UUID, "web")
    assert (machine.running, machine.state, machine.place.at) == (False, "shut off", "/domain")


def test_domain_with_an_id_is_running():
    (machine,) = read(domain(attributes="type='kvm' id='7'"), MachineSeen)
    assert (machine.running, machine.state) == (True, "running")


def test_interface_is_an_adapter_whose_address_nobody_issues_anew():
    found = adapter(domain(BRIDGED))
    assert (found.kind, found.mac, found.zeros, found.dynamic) == ("vm", parse_value(MAC), False, False)
    assert (found.machine_id, found.machine, found.switch) == (UUID, "web", "br0")
    assert (found.vlans, found.spoofing, found.id) == (None, None, "")
    assert found.at_mac == "/domain/devices/interface/mac/@address"


def test_interfaces_of_one_machine_are_told_apart_by_index():
    result = parsed(domain(BRIDGED, BRIDGED))
    assert [one.at_mac for one in result.seen if isinstance(one, AdapterSeen)] == [
        "/domain/devices/interface[1]/mac/@address",
        "/domain/devices/interface[2]/mac/@address",
    ]


@pytest.mark.parametrize(
    ("target", "name"),
    [("", "interface 1"), ("<target dev='web0'/>", "web0"), ("<target dev='vnet12'/>", "interface 1")],
    ids=["without target", "a name of the admin's", "a name that libvirt made for this run"],
)
def test_adapter_has_the_same_name_whether_or_not_the_machine_runs(target, name):
    assert adapter(domain(interface(target))).name == name


def test_live_and_stored_xml_of_a_machine_tell_of_one_adapter():
    source = "<source bridge='br0'/>"
    live = domain(interface(f"{source}<target dev='vnet3'/>"), attributes="type='kvm' id='3'")
    files = [
        Document("live/web.xml", "kvm01", live.encode()),
        Document("stored/web.xml", "kvm01", domain(interface(source)).encode()),
    ]
    snapshot = assemble(record for one in files for record in libvirt.parse(one).seen)
    assert len(snapshot.tables["adapter"]) == 1


def test_interface_without_an_address_is_passed_over_in_silence():
    assert read(domain("<interface type='bridge'><source bridge='br0'/></interface>"), AdapterSeen) == []
    assert read(domain("<interface type='bridge'><mac/></interface>"), AdapterSeen) == []


def test_address_of_all_zeros_is_unassigned():
    found = adapter(domain(interface("", mac="00:00:00:00:00:00")))
    assert (found.mac, found.zeros) == (None, True)


@pytest.mark.parametrize("mac", ["01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "2:0:0:0:0:1"])
def test_odd_addresses_are_read_as_they_are(mac):
    assert adapter(domain(interface("", mac=mac))).mac == parse_value(mac)


def test_text_that_is_no_address_is_a_problem_with_its_place():
    result = parsed(domain(BRIDGED, interface("", mac="52:54:00:aa:bb")))
    (problem,) = result.problems
    assert (problem.file, problem.at) == ("all.xml", "/domain/devices/interface[2]/mac/@address")
    assert "is no MAC address" in problem.reason


# -- what an interface is plugged into


@pytest.mark.parametrize(
    ("kind", "inner", "switch"),
    [
        ("bridge", "<source bridge='br0'/>", "br0"),
        ("network", "<source network='default' portid='x' bridge='virbr0'/>", "default"),
        ("direct", "<source dev='eth0' mode='vepa'/>", "eth0"),
        ("ethernet", "<script path='/etc/qemu-ifup'/><target dev='nic02'/>", "nic02"),
        ("hostdev", "<source><address type='pci' domain='0x0000'/></source>", "hostdev"),
        ("vhostuser", "<source type='unix' path='/tmp/v.sock' mode='server'/>", "vhostuser"),
        ("bridge", "", ""),
    ],
)
def test_interface_that_may_reach_a_wire_brings_no_switch_of_its_own(kind, inner, switch):
    text = domain(interface(inner, kind))
    assert adapter(text).switch == switch
    assert read(text, SwitchSeen) == []


@pytest.mark.parametrize(
    ("kind", "inner", "switch"),
    [
        ("user", "", f"user:{UUID}"),
        ("null", "", f"null:{UUID}"),
        ("vhostuser", "<backend type='passt'/>", f"vhostuser:{UUID}"),
        ("mcast", "<source address='230.0.0.1' port='5558'/>", "mcast:5558"),
        ("server", "<source address='127.0.0.1' port='5558'/>", "tcp:5558"),
        ("client", "<source address='127.0.0.1' port='5558'/>", "tcp:5558"),
        ("internal", "<source name='lab'/>", "internal:lab"),
    ],
)
def test_interface_that_reaches_no_wire_is_on_a_private_switch(kind, inner, switch):
    text = domain(interface(inner, kind))
    (seen,) = read(text, SwitchSeen)
    assert adapter(text).switch == seen.name == switch
    assert seen.kind == "private"


def test_two_machines_with_one_address_behind_user_networking_do_not_meet():
    two = [domain(interface("", "user"), name=name, uuid=f"{name}{UUID[1:]}") for name in "ab"]
    one, other = rows_of("".join(two), Adapter)
    assert one.mac == other.mac
    assert one.domain != other.domain


@pytest.mark.parametrize(("inner", "live"), [("", True), ("<link state='up'/>", True), ("<link state='down'/>", False)])
def test_an_interface_whose_link_is_down_runs_and_cannot_answer(inner, live):
    (row,) = rows_of(domain(interface(f"<source bridge='br0'/>{inner}", "bridge"), attributes="id='7'"), Adapter)
    assert (row.running, row.live) == (True, live)


@pytest.mark.parametrize(
    ("inner", "vlans"),
    [
        ("<vlan><tag id='42'/></vlan>", "42"),
        ("<vlan trunk='yes'><tag id='42'/><tag id='123' nativeMode='untagged'/></vlan>", "42,123"),
        ("<vlan><tag id='12'/><tag id='10'/><tag id='11'/></vlan>", "10-12"),
    ],
)
def test_tags_are_the_vlans_of_the_port(inner, vlans):
    assert adapter(domain(interface(inner))).vlans == vlans


@pytest.mark.parametrize("tag", ["4096", "-1", "", "1-5", "²", "9" * 5000])
def test_tag_that_is_no_vlan_is_a_problem_and_left_out(tag):
    result = parsed(domain(interface(f"<vlan trunk='yes'><tag id='7'/><tag id='{tag}'/></vlan>")))
    assert [one.vlans for one in result.seen if isinstance(one, AdapterSeen)] == ["7"]
    assert [one.at for one in result.problems] == ["/domain/devices/interface/vlan/tag[2]/@id"]


@pytest.mark.parametrize(
    ("inner", "spoofing"),
    [
        ("<filterref filter='clean-traffic'/>", False),
        ("<filterref filter='no-mac-spoofing'><parameter name='IP' value='10.0.0.1'/></filterref>", False),
        ("<filterref filter='no-ip-spoofing'/>", None),
        ("<port isolated='yes'/>", None),
    ],
)
def test_only_a_filter_of_addresses_forbids_spoofing(inner, spoofing):
    assert adapter(domain(interface(inner))).spoofing is spoofing


# -- networks


@pytest.mark.parametrize(
    ("forward", "kind"),
    [
        ("", "internal"),
        ("<forward/>", "internal"),
        *((f"<forward mode='{mode}'/>", "internal") for mode in ("nat", "route", "open")),
        *(
            (f"<forward mode='{mode}'/>", "external")
            for mode in ("bridge", "private", "vepa", "passthrough", "hostdev", "of tomorrow")
        ),
    ],
)
def test_network_is_a_switch_behind_the_host_or_on_the_wire(forward, kind):
    (switch,) = read(f"<network><name>lan</name>{forward}</network>", SwitchSeen)
    assert (switch.name, switch.kind, switch.place.at) == ("lan", kind, "/network")


def test_bridge_of_a_network_is_an_adapter_of_the_host():
    found = adapter(NAT)
    assert (found.kind, found.name, found.switch) == ("management", "virbr0", "default")
    assert (found.mac, found.at_mac) == (parse_value("52:54:00:11:22:33"), "/network/mac/@address")


def domains_of(text):
    """Return the layer-2 domain of each adapter of the machines."""
    return [row.domain for row in rows_of(text, Adapter) if row.kind == "vm"]


def test_interface_on_a_networks_bridge_is_on_that_network():
    by_name, by_bridge = domains_of(
        NAT
        + domain(interface("<source network='default'/>", "network"), name="a")
        + domain(interface("<source bridge='virbr0'/>"), name="b")
    )
    assert by_name == by_bridge < 0


def test_nat_network_does_not_confine_a_machine_on_a_bridge_that_no_xml_describes():
    text = domain(BRIDGED, name="a") + domain(interface("<source network='default'/>", "network"), name="b")
    on_bridge, behind_nat = domains_of(NAT + text)
    assert on_bridge == 0
    assert behind_nat < 0


def test_host_with_nothing_but_confined_switches_reaches_no_fabric():
    text = NAT + domain(interface("<source network='default'/>", "network"), interface("", "user"))
    (host,) = rows_of(text, Host)
    assert host.domain < 0


# -- several definitions in one file


def test_roots_may_follow_one_another_with_declarations_and_comments_between():
    text = (
        "\ufeff<?xml version='1.0' encoding='ascii'?>\n<!-- WARNING: <domain> -->\n"
        + domain(BRIDGED, name="a")
        + "<!-- next -->\n<?xml version='1.0'?>\n"
        + domain(BRIDGED, name="b")
        + NAT
    )
    assert places(text, MachineSeen) == ["/domain[1]", "/domain[2]"]
    assert places(text) == ["/domain[1]/devices/interface", "/domain[2]/devices/interface", "/network"]


def test_definitions_below_other_elements_have_their_full_path():
    text = f"<node><cpu/>{domain(BRIDGED, name='a')}{domain(BRIDGED, name='b')}{NAT}</node>"
    assert places(text, MachineSeen) == ["/node/domain[1]", "/node/domain[2]"]
    assert places(text, SwitchSeen) == ["/node/network"]


def test_state_file_of_libvirtd_is_read():
    text = f"<domstatus state='running' pid='9'>{domain(BRIDGED, attributes='type=_kvm_ id=_2_')}</domstatus>"
    (machine,) = read(text.replace("_", "'"), MachineSeen)
    assert (machine.running, machine.place.at) == (True, "/domstatus/domain")


def test_text_around_definitions_does_no_harm():
    text = f"$ virsh dumpxml web\n{domain(BRIDGED)}\n$ virsh dumpxml db\n{domain(BRIDGED, name='db')}"
    assert len(read(text, AdapterSeen)) == 2


def test_machine_told_twice_in_one_file_is_one_machine():
    install, final = domain(BRIDGED, more="<on_reboot>destroy</on_reboot>"), domain(BRIDGED)
    assert places(install + final) == ["/domain[2]/devices/interface"]


def test_of_two_tellings_the_running_one_counts():
    running = domain(BRIDGED, attributes="type='kvm' id='4'")
    assert [one.running for one in read(running + domain(BRIDGED), MachineSeen)] == [True]
    assert [one.running for one in read(domain(BRIDGED) + running, MachineSeen)] == [True]


def test_one_uuid_under_two_names_stays_two_machines():
    assert len(read(domain(name="a") + domain(name="b"), MachineSeen)) == 2


@pytest.mark.parametrize("tag", ["domainsnapshot", "test:domainsnapshot", "domaincheckpoint"])
def test_snapshot_tells_of_adapters_under_its_name_and_of_no_machine(tag):
    inner = domain(BRIDGED)
    again = inner.replace("<domain ", "<inactiveDomain ").replace("</domain>", "</inactiveDomain>")
    text = f"<{tag}><name>before-update</name>{inner}{again}</{tag}>"
    assert adapter(text).snapshot == "before-update"
    assert adapter(text).machine_id == UUID
    assert read(text, MachineSeen) == []


def test_snapshot_within_its_machine_does_not_replace_it():
    text = domain(BRIDGED, more=f"<domainsnapshot><name>s1</name>{domain(BRIDGED)}</domainsnapshot>")
    assert sorted(one.snapshot for one in read(text, AdapterSeen)) == ["", "s1"]
    assert len(read(text, MachineSeen)) == 1


def test_other_things_called_domain_are_no_machines():
    pci = "<device><name>pci_0000</name><capability type='pci'><domain>0</domain></capability></device>"
    notes = f"<metadata><network><name>not libvirt's</name></network>{domain(BRIDGED, name='old')}</metadata>"
    text = f"<node>{domain(BRIDGED, more=notes)}{NAT}{pci}</node>"
    assert [one.name for one in read(text, MachineSeen)] == ["web"]
    assert [one.name for one in read(text, SwitchSeen)] == ["default"]


# -- what is not libvirt's, and what is broken


@pytest.mark.parametrize(
    "text",
    ["", "{}", "<html></html>", "[[layer2]]", "<a><domain>0</domain></a>", "see <domain type='kvm'> there"],
)
def test_content_of_another_kind_is_not_claimed(text):
    assert not libvirt.claims(document(text))


def test_utf_16_as_powershell_redirects_it_is_read():
    text = f"<?xml version='1.0' encoding='utf-16'?>\r\n{domain(BRIDGED, name='büro')}"
    (machine,) = read(text.encode("utf-16"), MachineSeen)
    assert machine.name == "büro"


def test_definitions_that_were_complete_before_the_break_count():
    result = parsed(domain(BRIDGED, name="a") + "<domain type='kvm'>\n<name>b</nom>\n" + domain(BRIDGED, name="c"))
    assert [one.name for one in result.seen if isinstance(one, MachineSeen)] == ["a"]
    assert [(one.at, one.reason) for one in result.problems] == [("line 9", "not readable as XML: mismatched tag")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_of_a_break_is_counted_whatever_ends_the_lines(ending):
    text = ending.join(["<?xml version='1.0'", "?>", "<domain type='kvm'>", "<name>a & b</name>", "</domain>"])
    with pytest.raises(Unreadable) as refused:
        libvirt.parse(document(text))
    assert refused.value.at == "line 4"


@pytest.mark.parametrize("cut", [r"</dom", r"\s*</devices>", "<mac", "address="])
def test_file_that_was_cut_off_says_so(cut):
    whole = domain(BRIDGED)
    with pytest.raises(Unreadable) as refused:
        libvirt.parse(document(re.split(cut, whole)[0]))
    assert "cut off" in refused.value.reason
    assert refused.value.at.startswith("line ")


def test_domain_without_a_name_is_refused():
    with pytest.raises(Unreadable, match="that has a name"):
        libvirt.parse(document("<domain type='kvm'><devices/></domain>"))


LAUGHS = "".join(f"<!ENTITY l{at} '{f'&l{at - 1};' * 10}'>" for at in range(1, 12))


@pytest.mark.parametrize(
    "text",
    [
        f"<!DOCTYPE domain [<!ENTITY l0 'lol'>{LAUGHS}]>\n{domain(name='&l11;')}",
        f"<!DOCTYPE domain [<!ENTITY big '{'a' * 100_000}'>]>\n{domain(name='&big;' * 1000)}",
        f"<!DOCTYPE domain [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>\n{domain(name='&f;')}",
        f"<!DOCTYPE domain [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/p'> %p;]>\n{domain()}",
        f"<?xml version='1.0'?><!DOCTYPE domain SYSTEM 'http://127.0.0.1:9/d'>\n{domain()}",
    ],
    ids=["billion laughs", "quadratic", "file", "parameter entity", "external subset"],
)
def test_document_type_is_refused_at_once(text):
    started = process_time()
    assert libvirt.claims(document(text))
    with pytest.raises(Unreadable, match="DTD") as refused:
        libvirt.parse(document(text))
    assert refused.value.at == "line 1"
    assert process_time() - started < 3


def test_document_type_of_a_later_root_is_refused_and_what_came_before_counts():
    result = parsed(f"{domain(name='a')}<!DOCTYPE domain [<!ENTITY x 'y'>]>\n{domain(name='&x;')}")
    assert [one.name for one in result.seen if isinstance(one, MachineSeen)] == ["a"]
    assert ["DTD" in one.reason for one in result.problems] == [True]


def test_entity_that_nobody_declared_is_refused():
    with pytest.raises(Unreadable, match="undefined entity"):
        libvirt.parse(document(domain(name="&x;")))


@pytest.mark.parametrize("depth", [101, 10_000, 1_000_000])
def test_deep_nesting_is_refused_at_once(depth):
    started = process_time()
    with pytest.raises(Unreadable, match="100 deep"):
        libvirt.parse(document("<a>" * depth + domain() + "</a>" * depth))
    assert process_time() - started < 5


def test_nesting_up_to_the_bound_is_read():
    inner = domain(BRIDGED)  # five levels: domain, devices, interface, mac
    assert len(read("<a>" * 96 + inner + "</a>" * 96, AdapterSeen)) == 1


@pytest.mark.parametrize("piece", ["<domain ", "<network>", "<?xml ", "<domain type ", "<!--", "<a/>"])
def test_time_grows_no_faster_than_the_file(piece):
    text = "<x>" + piece * (1_000_000 // len(piece))
    started = process_time()
    libvirt.claims(document(text))
    with pytest.raises(Unreadable):
        libvirt.parse(document(text))
    assert process_time() - started < 5


def survives(raw):
    """Read bytes the way `collect.read` does, and let nothing but Unreadable pass."""
    whole = document(raw)
    for step in (libvirt.claims, libvirt.parse):
        with suppress(Unreadable):
            step(whole)


SAMPLE = (
    domain(interface("<vlan trunk='yes'><tag id='1'/></vlan><filterref filter='clean-traffic'/>"), name="a")
    + f"<node><!-- more --><domainsnapshot><name>s</name>{domain(BRIDGED)}</domainsnapshot>{NAT}</node>"
).encode()
SHREDS = [
    b"<",
    b">",
    b"&",
    b"'",
    b"</evidence>",
    b"<!DOCTYPE a>",
    b"<![CDATA[",
    b"]]>",
    b"<?xml ?>",
    b"\0",
    b"\r",
]
EDIT = st.tuples(
    st.integers(0, len(SAMPLE)),
    st.integers(0, 40),
    st.one_of(st.binary(max_size=20), st.sampled_from(SHREDS)),
)


@given(st.binary())
def test_any_bytes_are_read_or_refused(raw):
    survives(raw)


@settings(max_examples=300, deadline=None)
@given(st.lists(EDIT, min_size=1, max_size=4), st.integers(0, len(SAMPLE)))
def test_mutated_xml_is_read_or_refused(edits, start):
    raw = SAMPLE[start:] + SAMPLE[:start] if start % 2 else SAMPLE
    for at, count, shred in edits:
        raw = raw[:at] + shred + raw[at + count :]
    survives(raw)


# -- what real tools wrote


def told_by_regexes(text):
    """Return the addresses of each machine, by UUID and name, as patterns find them."""
    machines = {}
    for one in re.findall(r"<domain\s[^>]*type=.*?</domain>", re.sub(r"(?s)<!--.*?-->", "", text), re.DOTALL):
        key = tuple((re.findall(f"<{tag}>(.*?)</{tag}>", one) or [""])[0] for tag in ("uuid", "name"))
        nics = re.findall(r"<interface.*?</interface>", one, re.DOTALL)
        machines[key[0].lower(), key[1]] = [
            parse_value(mac) for nic in nics for mac in re.findall(r"""<mac address=["']([^"']*)""", nic)
        ]
    return {key: macs for key, macs in machines.items() if macs}


@needs_recorded
def test_recorded_files_give_the_adapters_that_patterns_find():
    files = sorted((RECORDED / "hypervisor" / "libvirt-virt-manager").rglob("*.xml"))
    total = 0
    for path in files:
        raw = path.read_bytes()
        result = parsed(raw)
        assert result.problems == [], path.name
        found: dict[tuple[str, str], list[int | None]] = {}
        for one in result.seen:
            if isinstance(one, AdapterSeen) and one.kind == "vm":
                found.setdefault((one.machine_id, one.machine), []).append(one.mac)
        expected = told_by_regexes(raw.decode())
        assert found == expected, path.name
        total += sum(len(macs) for macs in found.values())
    assert (len(files), total) == (72, 91)


# -- VLANs of networks and port groups

TAGGED = """<network><name>ovs</name><forward mode='bridge'/><bridge name='ovsbr0'/><virtualport type='openvswitch'/>
  <vlan trunk='yes'><tag id='40'/><tag id='41'/></vlan>
  <portgroup name='plain' default='yes'/>
  <portgroup name='red'><vlan><tag id='20'/></vlan></portgroup>
</network>
"""


def vlans_in(files):
    """Return the VLANs of the one machine's adapter in some files."""
    tables = assemble(record for one in files for record in libvirt.parse(one).seen).tables
    sets = {one.id: one.vlans for one in tables["vlan_set"] if isinstance(one, VlanSet)}
    (row,) = (row for row in tables["adapter"] if isinstance(row, Adapter) and row.kind == "vm")
    return sets[row.vlans]


@pytest.mark.parametrize(
    ("inner", "vlans"),
    [
        ("<source network='ovs' portgroup='red'/>", "20"),
        ("<source network='OVS' portgroup='red'/>", "20"),
        ("<source network='ovs' portgroup='plain'/>", "40-41"),
        ("<source network='ovs' portgroup='unknown'/>", "40-41"),
        ("<source network='ovs'/>", "40-41"),
        ("<source network='ovs' portgroup='red'/><vlan><tag id='7'/></vlan>", "7"),
        ("<source network='default'/>", "0"),
    ],
)
@pytest.mark.parametrize("apart", [False, True], ids=["in one file", "in two files of the host"])
def test_an_interface_has_the_vlans_of_its_port_group_else_of_its_network(inner, vlans, apart):
    machine = domain(interface(inner, "network"))
    texts = [machine, TAGGED] if apart else [machine + TAGGED]
    files = [Document(f"{at}.xml", "kvm01", text.encode()) for at, text in enumerate(texts)]
    assert vlans_in(files) == vlans


def test_the_default_port_group_is_that_of_interfaces_that_name_none():
    network = TAGGED.replace(" default='yes'", "").replace("name='red'", "name='red' default='yes'")
    assert vlans_in([document(domain(interface("<source network='ovs'/>", "network")) + network)]) == "20"


def test_port_groups_of_another_host_do_not_count():
    files = [
        Document("web.xml", "kvm01", domain(interface("<source network='ovs'/>", "network")).encode()),
        Document("ovs.xml", "kvm02", TAGGED.encode()),
    ]
    assert vlans_in(files) == "0"


def test_a_networks_tag_that_is_no_vlan_is_a_problem_with_its_place():
    (problem,) = parsed(TAGGED.replace("id='20'", "id='x'")).problems
    assert problem.at == "/network/portgroup[2]/vlan/tag/@id"

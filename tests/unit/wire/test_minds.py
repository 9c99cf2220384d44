"""Two machines behind one address at one vantage point, and all that one machine may well do."""

from tests.kit.heard import MAC, Ear

ONE, TWO = "10.0.0.1", "10.0.0.2"


def in_turns(first, second, *, rounds=12, every_s=5):
    for step in range(rounds):
        (first if step % 2 == 0 else second)(step * every_s)


def test_two_ips_alone_may_be_of_one_machine():
    ear = Ear()
    in_turns(lambda at: ear.arp("1", at, ONE), lambda at: ear.arp("1", at, TWO))
    assert ear.verdicts == []


def test_two_ips_in_turns_with_different_ttls_are_two_machines():
    ear = Ear()

    def says(ip, hops):
        def at(second):
            ear.arp("1", second, ip)
            ear.trait("1", second + 0.1, ip, hops=hops)

        return at

    in_turns(says(ONE, 64), says(TWO, 128))
    (found,) = ear.verdicts
    assert found.kind == "two-minds"
    assert any("TTL 64" in reason and "128" in reason for reason in found.reasons)


def test_a_router_passes_on_packets_with_any_ttl_and_is_one_machine():
    ear = Ear()
    for step in range(60):
        ear.arp("1", step, ONE if step % 2 else TWO)
        ear.trait("1", step, f"192.0.2.{step}", hops=40 + step)
        ear.trait("1", step, ONE if step % 2 else TWO, hops=64)
    assert ear.verdicts == []


def test_tcp_clocks_of_different_rates_are_of_two_machines():
    ear = Ear()

    def says(ip, rate):
        def at(second):
            ear.arp("1", second, ip)
            ear.trait("1", second + 0.1, ip, clock=1000 + int(second * rate))

        return at

    in_turns(says(ONE, 1000), says(TWO, 100))
    assert ear.kinds == ["two-minds"]


def test_two_dhcp_clients_and_two_link_local_addresses_in_turns_are_two_machines():
    ear = Ear()

    def says(client_id, name, ip):
        def at(second):
            ear.dhcp("1", second, client_id, name)
            ear.neighbour("1", second + 0.1, ip)

        return at

    in_turns(says("01aa", "web1", "fe80::1"), says("01bb", "web2", "fe80::2"))
    assert ear.kinds == ["two-minds"]


def test_a_machine_that_boots_from_the_network_has_two_client_ids():
    ear = Ear()
    for boot in range(3):
        ear.dhcp("1", boot * 90, "00cafe", "", vendor_class="PXEClient:Arch:00007")
        ear.dhcp("1", boot * 90 + 30, "0100155dc86a00", "web1", vendor_class="MSFT 5.0")
    assert ear.verdicts == []


def test_a_machine_with_two_systems_takes_longer_to_come_back():
    ear = Ear()

    def says(ip, hops, name):
        def at(second):
            ear.dhcp("1", second, name, name)
            ear.arp("1", second, ip)
            for step in range(6):
                ear.trait("1", second + step, ip, hops=hops)

        return at

    in_turns(says(ONE, 64, "linux"), says(TWO, 128, "windows"), every_s=3600)
    assert ear.verdicts == []


def test_what_an_address_did_not_claim_itself_tells_nothing():
    ear = Ear()
    for step in range(40):
        ear.trait("1", step, ONE if step % 2 else TWO, MAC, hops=64 if step % 2 else 128)
    assert ear.verdicts == []

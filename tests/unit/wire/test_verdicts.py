"""The order of proof for an address that moves: each step with the evidence that it stands on, and its neighbours."""

import pytest

from maccord.mac import parse_value
from maccord.wire.records import At, BundleHeard
from maccord.wire.track import Ground, Settings, Spot
from tests.kit.heard import MAC, OTHER, Ear, ns, vlan

VRRP, NLB = "00-00-5E-00-01-33", "02-BF-0A-00-00-05"


def to_and_fro(ear, times, *, mac=MAC, every_s=1.0, ports=("1", "2"), switch="sw1"):
    for step in range(times + 1):
        ear.frame(ports[step % 2], step * every_s, mac, switch=switch)


def test_an_address_that_stays_at_its_port_is_no_verdict():
    ear = Ear()
    for second in range(600):
        ear.arp("1", second, "10.0.0.1")
    assert ear.verdicts == []


def test_five_moves_in_three_minutes_are_a_duplicate_as_rfc_7432_counts():
    ear = Ear(Settings(returns=99, slow_returns=99))
    to_and_fro(ear, 4, every_s=44)
    assert ear.faults == []
    ear.frame("2", 5 * 36)
    (found,) = ear.verdicts
    assert (found.kind, found.moves, found.fast, found.needed) == ("duplicate", 5, 5, 5)


def test_moves_are_counted_in_a_window_that_slides():
    ear = Ear(Settings(returns=99, slow_returns=99))
    to_and_fro(ear, 40, every_s=46)
    assert max(one.fast for one in ear.verdicts) == 4
    assert ear.faults == []


def test_other_thresholds_than_those_of_the_rfc_can_be_set():
    ear = Ear(Settings(moves=3, window_s=10, returns=99, slow_returns=99))
    to_and_fro(ear, 3, every_s=3)
    assert ear.faults == ["duplicate"]


def test_a_silent_owner_shows_by_moves_back_however_few():
    ear = Ear()
    ear.frame("1", 0)
    ear.frame("2", 40)
    ear.frame("1", 90)
    assert ear.faults == []
    ear.frame("2", 100)
    (found,) = ear.verdicts
    assert (found.kind, found.moves, found.returns) == ("duplicate", 3, 2)


def test_an_owner_that_talks_every_quarter_of_an_hour_is_found_within_the_hour():
    ear = Ear()
    for minute in (0, 14, 28, 42, 56):
        ear.frame("1" if minute % 28 == 0 else "2", minute * 60)
    assert ear.faults == ["duplicate"]


def test_a_verdict_tells_for_how_long_each_place_held_the_address():
    ear = Ear()
    for second, port in ((0, "1"), (10, "2"), (100, "1"), (110, "2"), (200, "1")):
        ear.frame(port, second)
    (found,) = ear.verdicts
    held = {post.at.port: post.held_ns // 10**9 for post in found.posts}
    assert held == {"1": 20, "2": 180}
    assert {post.at.port: post.visits for post in found.posts} == {"1": 3, "2": 2}


def test_aged_and_learned_elsewhere_is_a_move_and_learned_again_at_the_same_port_is_none():
    ear = Ear(Settings(moves=2))
    ear.learned("1", 0)
    ear.learned("1", 5, change="aged")
    ear.learned("1", 6)
    ear.learned("1", 7, change="aged")
    assert ear.verdicts == []
    ear.learned("2", 8)
    (found,) = ear.verdicts
    assert (found.kind, found.moves) == ("moved", 1)


def test_one_move_is_a_migration_whether_it_is_announced_or_not():
    quiet, announced = Ear(), Ear()
    for ear in (quiet, announced):
        ear.frame("1", 0)
        ear.frame("2", 60)
    announced.arp("2", 60.2, "10.0.0.1", kind="announcement")
    assert quiet.kinds == announced.kinds == ["moved"]
    assert announced.verdicts[0].reasons == ("announced",)


def test_migrations_there_and_back_that_announce_themselves_stay_silent():
    ear = Ear()
    for step, second in enumerate((0, 50, 100, 150)):
        port = str(1 + step % 2)
        ear.arp(port, second, "10.0.0.1", kind="announcement")
        ear.frame(port, second + 1)
    assert ear.faults == []


def test_the_reverse_arp_of_a_hypervisor_announces_a_migration():
    ear = Ear()
    for step, second in enumerate((0, 50, 100, 150)):
        ear.arp(str(1 + step % 2), second, "", kind="reverse")
    assert ear.faults == []


def test_announcements_do_not_hide_what_moves_too_often():
    ear = Ear()
    for step in range(12):
        ear.arp(str(1 + step % 2), step, f"10.0.0.{1 + step % 2}", kind="announcement")
    assert "duplicate" in ear.faults


@pytest.mark.parametrize("mac", [VRRP, NLB])
def test_a_protocols_address_may_move_as_often_as_it_likes(mac):
    ear = Ear()
    to_and_fro(ear, 50, mac=mac)
    assert ear.kinds == ["twin"]
    assert ear.faults == []


def test_ports_that_lead_to_one_host_by_lldp_are_a_team_without_link_aggregation():
    ear = Ear()
    ear.link("1", "hv01")
    ear.link("2", "hv01")
    to_and_fro(ear, 20)
    (found,) = ear.verdicts
    assert found.kind == "lag-mismatch"
    assert "hv01" in found.reasons[0]


def test_ports_at_which_one_bundle_is_offered_are_a_team_without_link_aggregation():
    ear = Ear()
    for port in ("1", "2"):
        told = {"source": 1, "system": 7, "key": 3, "port": 1, "partner": 0}
        ear.tell(BundleHeard, told, port, 0)
    to_and_fro(ear, 20)
    assert ear.kinds == ["lag-mismatch"]


def test_a_neighbour_that_is_a_bridge_leads_to_no_one_host():
    ear = Ear()
    for port in ("1", "2"):
        ear.link(port, "sw2", capabilities=("bridge",))
    to_and_fro(ear, 20)
    assert ear.kinds == ["duplicate"]


def test_a_failover_between_two_ports_of_one_host_is_no_fault():
    ear = Ear()
    ear.link("1", "hv01")
    ear.link("2", "hv01")
    ear.frame("1", 0)
    ear.frame("2", 60)
    assert ear.kinds == ["moved"]


def test_identifications_that_run_on_from_port_to_port_are_of_one_machine():
    ear = Ear()
    for step in range(40):
        port = str(1 + (step // 2) % 2)
        ear.arp(port, step / 10, "10.0.0.1")
        ear.trait(port, step / 10, "10.0.0.1", ident=500 + step)
    (found,) = ear.verdicts
    assert found.kind == "lag-mismatch"


def test_identifications_of_two_machines_do_not_run_on():
    ear = Ear()
    for step in range(400):
        side = step % 2
        ear.arp(str(1 + side), step / 10, f"10.0.0.{1 + side}")
        ear.trait(str(1 + side), step / 10, f"10.0.0.{1 + side}", ident=(30_000 * side + step * 97) % 65_536)
    (found,) = ear.verdicts
    assert found.kind == "duplicate"
    assert any("10.0.0.1" in reason and "10.0.0.2" in reason for reason in found.reasons)


def test_one_ip_at_both_ports_may_be_a_team_or_a_full_clone_and_the_verdict_says_so():
    ear = Ear()
    for step in range(20):
        ear.arp(str(1 + step % 2), step, "10.0.0.1")
    (found,) = ear.verdicts
    assert (found.kind, found.certainty) == ("duplicate", 0.6)
    assert "full clone" in found.undecided[0]


def test_a_client_that_roams_with_one_identity_is_no_fault():
    ear = Ear()
    for step, minute in enumerate((0, 3, 20, 21, 40)):
        ear.arp(str(1 + step % 2), minute * 60, "10.0.0.1")
    assert ear.faults == []


def test_different_ips_at_two_ports_prove_two_owners_after_one_move_back():
    ear = Ear()
    ear.arp("1", 0, "10.0.0.1")
    ear.arp("2", 500, "10.0.0.2")
    assert ear.faults == []
    ear.arp("1", 1000, "10.0.0.1")
    (found,) = ear.verdicts
    assert found.kind == "duplicate"


def test_one_address_in_two_vlans_is_two_addresses():
    ear = Ear()
    for step in range(20):
        ear.frame("1", step, domain=vlan(10))
        ear.frame("2", step + 0.5, domain=vlan(20))
    assert ear.verdicts == []


def test_every_switch_of_a_path_hears_an_address_and_that_is_no_move():
    ear = Ear()
    for second in range(60):
        ear.frame("Gi1/0/3", second, switch="leaf1")
        ear.frame("uplink", second + 0.0001, switch="spine1")
        ear.frame("uplink", second + 0.0002, switch="leaf2")
    assert ear.verdicts == []


def test_edge_ports_of_several_switches_count_together():
    spots = {("leaf1", "3"): True, ("leaf2", "7"): True, ("leaf1", "up"): False, ("leaf2", "up"): False}
    ground = Ground(lambda at: Spot(f"{at.observer}/{at.port}", spots[at.observer, at.port]))
    ear = Ear(ground=ground)
    for second in range(20):
        ear.frame("3" if second % 2 else "up", second, switch="leaf1")
        ear.frame("up" if second % 2 else "7", second, switch="leaf2")
    (found,) = ear.verdicts
    assert found.kind == "duplicate"
    assert {post.at for post in found.posts[:2]} == {At("leaf1", "3"), At("leaf2", "7")}


def test_the_two_halves_of_an_mlag_pair_are_one_place():
    ground = Ground(lambda at: Spot("pair/Po1" if at.port == "Po1" else f"{at.observer}/{at.port}", edge=True))
    ear = Ear(ground=ground)
    for second in range(60):
        ear.frame("Po1", second, switch=f"leaf{1 + second % 2}")
    assert ear.verdicts == []


def test_two_places_that_claim_different_ips_at_once_need_no_switch_that_saw_a_move():
    ear = Ear()
    for second in range(10):
        ear.arp("3", second, "10.0.0.1", switch="leaf1")
        ear.arp("7", second + 0.5, "10.0.0.2", switch="leaf2")
    (found,) = ear.verdicts
    assert found.kind == "duplicate"


def test_many_addresses_between_the_same_two_ports_at_once_are_a_loop():
    ear = Ear()
    for step in range(6):
        for number in range(8):
            ear.frame(str(1 + step % 2), step / 10 + number / 1000, f"00-13-20-00-00-{number:02X}")
    (found,) = ear.verdicts
    assert (found.kind, len(found.macs)) == ("loop", 8)
    assert {post.at.port for post in found.posts} == {"1", "2"}


def test_many_addresses_that_move_over_once_are_a_failover():
    ear = Ear()
    for step in range(2):
        for number in range(50):
            ear.frame(str(1 + step), step * 10 + number / 1000, f"00-13-20-00-00-{number:02X}")
    assert ear.faults == []


def test_two_hosts_with_many_cloned_machines_are_no_loop_where_identities_contradict():
    ear = Ear()
    for step in range(12):
        for number in range(8):
            ip = f"10.0.{1 + step % 2}.{number}"
            ear.arp(str(1 + step % 2), step / 10 + number / 1000, ip, f"00-15-5D-C8-6A-{number:02X}")
    assert set(ear.faults) == {"duplicate"}
    assert len(ear.faults) == 8


def test_a_team_with_many_machines_is_no_loop_where_lldp_tells():
    ear = Ear()
    ear.link("1", "hv01")
    ear.link("2", "hv01")
    for step in range(12):
        for number in range(8):
            ear.frame(str(1 + step % 2), step / 10 + number / 1000, f"00-15-5D-C8-6A-{number:02X}")
    assert set(ear.faults) == {"lag-mismatch"}


def test_moves_that_nothing_explains_are_told_as_such():
    ear = Ear(Settings(slow_returns=9))
    for step, minute in enumerate((0, 10, 20, 30)):
        ear.frame(str(1 + step % 2), minute * 60)
    (found,) = ear.verdicts
    assert (found.kind, found.certainty) == ("unexplained", 0.4)
    assert found.undecided


def test_a_devices_own_judgement_is_enough():
    ear = Ear()
    ear.logged(1, "duplicate", ports=("Eth1",), message="EVPN-DUP")
    (found,) = ear.verdicts
    assert found.kind == "duplicate"
    assert "EVPN-DUP" in found.reasons[0]


def test_two_log_lines_of_flapping_are_a_duplicate_and_a_single_one_is_not():
    ear = Ear()
    ear.logged(1, "flap", ports=("Gi1", "Gi2"))
    assert ear.faults == []
    ear.logged(15, "flap", ports=("Gi2", "Gi1"))
    assert ear.faults == ["duplicate"]


def test_a_verdict_names_the_features_that_would_have_seen_it_and_those_that_would_not():
    ear = Ear()
    for second, port in ((0, "1"), (10, "2"), (20, "1"), (30, "2")):
        ear.frame(port, second)
    (found,) = ear.verdicts
    told = "\n".join(found.seen_by)
    assert "RFC 7432" in told
    assert "5 moves in 180 s): no" in told
    assert "MACFLAP_NOTIF (one source on two ports, to and fro): yes" in told


def test_group_addresses_and_zeros_are_nobodys():
    ear = Ear()
    to_and_fro(ear, 20, mac="01-00-5E-00-00-01")
    to_and_fro(ear, 20, mac="00-00-00-00-00-00")
    assert ear.verdicts == []


def test_order_of_ports_at_one_moment_does_not_matter():
    one, other = Ear(), Ear()
    for step in range(10):
        for ear, ports in ((one, "12"), (other, "12")):
            for port in ports:
                ear.frame(port, step)
    assert one.verdicts == other.verdicts
    assert parse_value(OTHER) not in one.verdicts[0].macs
    assert ns(0) <= one.verdicts[0].first_ns

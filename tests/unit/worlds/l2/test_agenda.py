"""The heap of events: what happens first, and what happens at once."""

from maccord.worlds.l2.agenda import Agenda


def test_events_happen_in_order_of_time():
    agenda = Agenda(1, in_flight_max=10)
    seen: list[object] = []
    for at_us in (30, 10, 20):
        agenda.at(at_us, seen.append, at_us)
    agenda.run(25)
    assert (seen, agenda.now_us, agenda.happened) == ([10, 20], 25, 2)


def test_events_of_one_moment_happen_in_the_order_in_which_they_were_planned():
    agenda = Agenda(1, in_flight_max=10)
    seen: list[object] = []
    for number in range(5):
        agenda.at(7, seen.append, number)
    agenda.after(7, seen.append, 5)
    agenda.run(7)
    assert seen == [0, 1, 2, 3, 4, 5]


def test_what_an_event_plans_for_the_same_moment_happens_after_what_was_planned_before():
    agenda = Agenda(1, in_flight_max=10)
    seen: list[object] = []
    agenda.at(7, lambda: agenda.after(0, seen.append, "new"))
    agenda.at(7, seen.append, "old")
    agenda.run(7)
    assert seen == ["old", "new"]


def test_what_is_past_happens_now():
    agenda = Agenda(1, in_flight_max=10)
    seen: list[object] = []
    agenda.run(100)
    agenda.at(5, lambda: seen.append(agenda.now_us))
    agenda.run(100)
    assert seen == [100]


def test_a_run_that_waits_for_something_ends_when_it_is_there():
    agenda = Agenda(1, in_flight_max=10)
    seen: list[object] = []
    for at_us in (1, 2, 3):
        agenda.at(at_us, seen.append, at_us)
    agenda.run_while(lambda: len(seen) < 2, 1000)
    assert (seen, agenda.now_us) == ([1, 2], 2)

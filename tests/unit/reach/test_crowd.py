"""Many sources are asked at once, and what one of them does is no other's trouble."""

import threading
from functools import partial

import pytest

from maccord.reach import Collected, Failed, MissingLibrary, Secret, ask_all


def test_a_source_that_fails_is_told_with_its_reason_and_the_others_count():
    def broken():
        raise OSError("no route to host")

    asks = {"HV01": lambda: Collected("HV01"), "HV02": broken, "HV03": lambda: Collected("HV03")}
    told = list(ask_all(asks, at_once=2, limit_s=10))
    assert {one.source for one in told if isinstance(one, Collected)} == {"HV01", "HV03"}
    assert [one for one in told if isinstance(one, Failed)] == [Failed("HV02", "no route to host")]


def test_a_source_that_never_answers_is_given_up_and_takes_nobodys_place():
    never = threading.Event()

    def deaf():
        never.wait(60)
        return Collected("deaf")

    asks = {"deaf": deaf, "HV01": lambda: Collected("HV01")}
    told = list(ask_all(asks, at_once=1, limit_s=0.1))
    assert told == [Failed("deaf", "no answer within 0.1 seconds"), Collected("HV01")]
    never.set()


def test_no_more_are_asked_at_a_time_than_were_allowed():
    lock, running, most = threading.Lock(), set(), []

    def ask(name):
        def one():
            with lock:
                running.add(name)
                most.append(len(running))
            threading.Event().wait(0.02)
            with lock:
                running.discard(name)
            return Collected(name)

        return one

    told = list(ask_all({str(name): ask(name) for name in range(12)}, at_once=3, limit_s=10))
    assert len(told) == 12
    assert max(most) <= 3


def test_a_call_that_is_wrong_ends_the_run():
    def missing():
        raise MissingLibrary("vsphere", "No module named 'pyVim'")

    with pytest.raises(MissingLibrary, match=r"pip install 'maccord\[vsphere\]'"):
        list(ask_all({"vc01": missing}, at_once=1, limit_s=10))


def test_a_secret_stands_in_no_reason_and_in_no_other_text():
    secret = Secret("hunter  2")

    def broken():
        raise ValueError("refused: user audit,\n password hunter  2")

    (told,) = ask_all({"vc01": broken}, at_once=1, limit_s=10, secrets=(secret,))
    assert told == Failed("vc01", "refused: user audit, password ***")
    assert "hunter" not in repr(secret) + str(secret) + f"{secret}"


def test_sources_are_asked_in_the_order_they_were_given():
    order: list[int] = []

    def ask(at):
        order.append(at)
        return Collected(str(at))

    list(ask_all({str(at): partial(ask, at) for at in range(20)}, at_once=1, limit_s=10))
    assert order == list(range(20))

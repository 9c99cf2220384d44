"""What is left of acknowledged allocations when processes are killed at any moment.

bench/faults.py [--store sqlite|postgresql|both] [--seconds N] [--seed S]

Clients talk to two service processes (one on SQLite), which are killed with -9 and started again; PostgreSQL is killed,
too, and connections are cut. Each client writes down what was acknowledged, retries with the same key until it is
answered, and releases some. Afterwards: of all that was acknowledged and not released none may be lost, none may have
two holders, none may have been given again before it had rested, a retry must give the first answer, and free, held and
resting must add up to the pool. The figures are printed; it leaves with 1 if anything does not hold.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from maccord.alloc.errors import Refusal, StoreUnavailable
from maccord.alloc.records import Actor, Holder, PoolSpec, RangeSpec
from maccord.store import open_authority
from maccord.wiring import clock
from tests.kit.postgres import Server, programs

ACTOR = Actor("faults", "127.0.0.1")
SIZE = 4096
REST_S = 2
CLIENTS = 16


def serve(url: str) -> None:
    """Be a service: requests as JSON lines on stdin, answers on stdout, each by a thread of its own client."""
    authority = None
    while authority is None:
        try:
            authority = open_authority(url, clock=clock)
        except Refusal:
            time.sleep(0.05)
    lock = threading.Lock()
    answers = os.fdopen(os.dup(1), "w", buffering=1)

    def do(asked: dict[str, Any]) -> None:
        told: dict[str, Any] = {"n": asked["n"]}
        try:
            if asked["do"] == "allocate":
                given = authority.allocate("web", Holder("vm-adapter", asked["id"]), actor=ACTOR, key=asked["key"])
                told |= {"address": given.addresses[0], "replayed": given.replayed}
            else:
                gone = authority.release(asked["address"], actor=ACTOR, holder=asked["id"], key=asked["key"])
                told |= {"replayed": gone.replayed, "at": time.time()}
        except StoreUnavailable as e:
            told |= {"later": str(e)}
        except Refusal as e:
            told |= {"refused": e.slug, "why": str(e)}
        with lock:
            answers.write(json.dumps(told) + "\n")

    print(json.dumps({"ready": os.getpid()}), flush=True)
    for line in sys.stdin:
        threading.Thread(target=do, args=(json.loads(line),), daemon=True).start()
    authority.close()


class Service:
    """One service process, which can die."""

    def __init__(self, url: str) -> None:
        self.url, self.lock, self.count = url, threading.Lock(), 0
        self.waiting: dict[int, tuple[threading.Event, list[dict[str, Any]]]] = {}
        self.start()

    def start(self) -> None:
        """Start it, or start it again."""
        words = [sys.executable, __file__, "--serve", self.url]
        self.program = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        assert self.program.stdout
        threading.Thread(target=self.listen, args=(self.program.stdout,), daemon=True).start()

    def listen(self, answers: IO[str]) -> None:
        """Hand answers to who waits; when the process is dead, nobody has an answer."""
        for line in answers:
            try:
                told = json.loads(line)
            except ValueError:
                break  # cut off by the kill
            waiting = self.waiting.pop(told.get("n"), None)
            if waiting:
                waiting[1].append(told)
                waiting[0].set()
        with self.lock:
            left, self.waiting = self.waiting, {}
        for event, _ in left.values():
            event.set()

    def ask(self, **asked: object) -> dict[str, Any] | None:
        """Ask; None means that no answer came, and nothing is known."""
        event, answer = threading.Event(), list[dict[str, Any]]()
        with self.lock:
            self.count += 1
            asked["n"] = self.count
            self.waiting[self.count] = (event, answer)
            try:
                assert self.program.stdin
                self.program.stdin.write(json.dumps(asked) + "\n")
                self.program.stdin.flush()
            except (OSError, ValueError):
                self.waiting.pop(self.count, None)
                return None
        event.wait(20)
        return answer[0] if answer and "later" not in answer[0] else None

    def kill(self) -> None:
        """Kill -9."""
        self.program.send_signal(signal.SIGKILL)
        self.program.wait()

    def end(self) -> None:
        """End it as a service ends: no more requests, and what was taken is finished."""
        if self.program.stdin:
            with contextlib.suppress(OSError):
                self.program.stdin.close()
        self.program.wait(60)


@dataclass
class Seen:
    """What clients were told, and when they asked."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    held: dict[str, str] = field(default_factory=dict)
    released_at: dict[str, float] = field(default_factory=dict)
    given: int = 0
    released: int = 0
    retried: int = 0
    faults: list[str] = field(default_factory=list)


class Storm:
    """The clients, the services, and whoever kills them."""

    def __init__(self, url: str, services: int, seconds: float, seed: int) -> None:
        self.url, self.seconds, self.chance = url, seconds, random.Random(seed)
        authority = open_authority(url, clock=clock, background=False)
        last = f"02-00-00-00-{SIZE - 1 >> 8:02X}-{SIZE - 1 & 255:02X}"
        spec = PoolSpec(name="web", ranges=(RangeSpec("02-00-00-00-00-00", last),), rest_s=REST_S)
        authority.create_pool(spec, actor=ACTOR)
        authority.close()
        self.services = [Service(url) for _ in range(services)]
        self.seen, self.stop, self.kills = Seen(), threading.Event(), defaultdict[str, int](int)

    def until_answered(self, chance: random.Random, **asked: object) -> dict[str, Any] | None:
        """Ask any service until one answers, with the same key; None when the time is over before that."""
        first = True
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            told = chance.choice(self.services).ask(**asked)
            if told is not None:
                return told
            if first:
                with self.seen.lock:
                    self.seen.retried += 1
            first = False
            time.sleep(0.02)
        return None

    def client(self, number: int) -> None:
        """Allocate and release, and note what was acknowledged."""
        chance, mine, turn, seen = random.Random(number), list[tuple[str, str]](), 0, self.seen
        while not self.stop.is_set():
            turn += 1
            name = f"vm{number}/{turn}"
            if mine and (len(mine) > 40 or chance.random() < 0.4):
                address, holder = mine.pop(chance.randrange(len(mine)))
                with seen.lock:
                    del seen.held[address]  # from now on it may be released, whether we are told or not
                before = time.time()
                told = self.until_answered(chance, do="release", address=address, id=holder, key=f"r{name}")
                if told is None or "refused" in told:
                    self.fault(f"release of {address} by {holder}: {told}")
                    continue
                with seen.lock:
                    seen.released += 1
                    seen.released_at.setdefault(address, before)
            else:
                told = self.until_answered(chance, do="allocate", id=name, key=name)
                if told is None or "refused" in told:
                    if told is None or told["refused"] != "pool-exhausted":
                        self.fault(f"allocation for {name}: {told}")
                    continue
                self.note(told["address"], name)
                mine.append((told["address"], name))
                if chance.random() < 0.05:
                    again = self.until_answered(chance, do="allocate", id=name, key=name)
                    if again is not None and again.get("address") != told["address"]:
                        self.fault(f"the key {name} gave {told['address']}, then {again}")

    def note(self, address: str, holder: str) -> None:
        """Note what was acknowledged; a double, or one that has not rested, is a fault."""
        seen, now = self.seen, time.time()
        with seen.lock:
            seen.given += 1
            other = seen.held.get(address)
            if other is not None:
                seen.faults.append(f"{address} has two holders: {other} and {holder}")
            rested_from = seen.released_at.pop(address, None)
            if rested_from is not None and now - rested_from < REST_S * 0.99:
                seen.faults.append(f"{address} was given again after {now - rested_from:.2f} s")
            seen.held[address] = holder

    def fault(self, text: str) -> None:
        """Note what must not be."""
        with self.seen.lock:
            self.seen.faults.append(text)

    def run(self, server: Server | None) -> bool:
        """Let clients work and kill what they work with; then look, print and judge."""
        clients = [threading.Thread(target=self.client, args=(number,)) for number in range(CLIENTS)]
        for each in clients:
            each.start()
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            time.sleep(self.chance.uniform(0.5, 2.0))
            what = self.chance.choice(["service", "service", "server", "connections"] if server else ["service"])
            self.kills[what] += 1
            if what == "service":
                victim = self.chance.choice(self.services)
                victim.kill()
                victim.start()
            elif what == "server":
                assert server
                server.kill()
                time.sleep(0.2)
                server.start()
            else:
                assert server
                server.cut()
        self.stop.set()
        for each in clients:
            each.join(120)
        for service in self.services:
            service.end()
        return self.judge()

    def judge(self) -> bool:
        """Compare what was acknowledged with what is in the store."""
        seen = self.seen
        authority = open_authority(self.url, clock=clock, background=False)
        kept: dict[str, list[str]] = {
            lease.address: [held.holder.id for held in lease.holders] for lease in authority.holdings()
        }
        lost = [address for address, holder in seen.held.items() if kept.get(address) != [holder]]
        usage = authority.usage("web")[0]
        total = usage.free + usage.reserved + usage.held + usage.in_use + usage.resting + usage.probation
        audit = authority.verify_audit()
        authority.tick()
        time.sleep(REST_S + 0.5)
        authority.tick()
        left = SIZE - len(kept)
        room = authority.allocate("web", Holder("vm-adapter", "rest"), actor=ACTOR, count=left).count if left else 0
        authority.close()
        print(
            f"  killed {dict(self.kills)}; acknowledged {seen.given} allocations and {seen.released} releases,"
            f" {seen.retried} requests repeated\n  lost {len(lost)}, other faults {len(seen.faults)},"
            f" held {len(kept)} (unacknowledged: {len(kept) - len(seen.held)}), sum {total} of {SIZE},"
            f" all that was free could be given: {room == left}\n"
            f"  audit: {audit.records} records in {audit.chains} chains, faults {len(audit.faults)}",
            flush=True,
        )
        for fault in [*seen.faults[:5], *(f"lost {address}: {kept.get(address)}" for address in lost[:5])]:
            print("  " + fault)
        for bad in audit.faults[:3]:
            print(f"  {bad}")
        return not lost and not seen.faults and total == SIZE and room == left and audit.ok


def storm(store: str, seconds: float, seed: int) -> bool:
    """Run one store's storm."""
    print(f"{store}, {seconds:.0f} s, seed {seed}", flush=True)
    if store == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            return Storm(f"sqlite:///{folder}/store.db", 1, seconds, seed).run(None)
    server = Server()
    try:
        return Storm(server.url(), 2, seconds, seed).run(server)
    finally:
        server.stop()


def main() -> int:
    """Run what was asked for."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--seed", type=int, default=17)
    words.add_argument("--serve", help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.serve:
        serve(asked.serve)
        return 0
    stores = ["sqlite", "postgresql"] if asked.store == "both" else [asked.store]
    if "postgresql" in stores and programs() is None:
        print("postgresql left out: no server is installed")
        stores.remove("postgresql")
    held = [storm(store, asked.seconds, asked.seed) for store in stores]
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())

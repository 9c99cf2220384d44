"""How quickly the service allocates, beside the same service's answer that does nothing.

    .venv/bin/python bench/rest.py [--store URL] [--clients 64] [--seconds 0.5] [--rounds 25]

A real `maccord serve` on the loopback, asked over kept connections by a client in another process. Each round asks
`GET /healthz`, which is the service's empty JSON endpoint, and then `POST /v1/pools/POOL/addresses` with a holder and
an idempotency key of its own. Rounds are short, so that a stall of the machine falls on both. The median of their
ratios counts: it should be at least 0.65.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.kit.service import Running, running

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
WANTED = 0.65


class _Connection(asyncio.Protocol):
    """Asks one thing after the other, and counts answers by their status."""

    def __init__(self, request: Callable[[], bytes], counts: dict[bytes, int], took: list[float]) -> None:
        self._request, self._counts, self._took = request, counts, took
        self._rest, self._at = b"", 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # TCP, so never less
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        self._at = time.perf_counter()
        self.transport.write(self._request())

    def data_received(self, data: bytes) -> None:
        self._rest += data
        head = self._rest.find(_END)
        if head < 0:
            return
        at = self._rest.find(_LENGTH) + len(_LENGTH)
        if len(self._rest) < head + len(_END) + int(self._rest[at : self._rest.find(b"\r", at)]):
            return
        status = self._rest[9:12]
        self._counts[status] = self._counts.get(status, 0) + 1
        self._took.append(time.perf_counter() - self._at)
        self._rest = b""
        self._ask()


async def load(
    port: int, request: Callable[[], bytes], clients: int, seconds: float
) -> tuple[float, dict[bytes, int], list[float]]:
    """Return requests per second, answers by status, and how long each took."""
    counts: dict[bytes, int] = {}
    took: list[float] = []
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Connection(request, counts, took), "127.0.0.1", port)
        for _ in range(clients)
    ]
    await asyncio.sleep(seconds)
    spent = time.perf_counter() - begun
    for transport, _ in made:
        transport.abort()
    return sum(counts.values()) / spent, dict(counts), took


def requests(service: Running) -> tuple[Callable[[], bytes], Callable[[], bytes]]:
    """Return what makes the empty request, and what makes one that allocates."""
    number = count()
    token = service.tokens["allocator"].encode()

    def empty() -> bytes:
        return b"GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n"

    def allocate() -> bytes:
        one = next(number)
        body = b'{"holder":{"kind":"vm-adapter","id":"vm%d/nic0","host":"HV01"}}' % one
        return (
            b"POST /v1/pools/bench/addresses HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n"
            b"Content-Type: application/json\r\nIdempotency-Key: key-%d\r\nContent-Length: %d\r\n\r\n%s"
        ) % (token, one, len(body), body)

    return empty, allocate


def main() -> int:
    """Measure, print, and fail when the ratio is too low."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--store")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=25)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), store=args.store) as service:
        pool = {"name": "bench", "ranges": [{"first": "02-4D-00-00-00-00", "last": "02-4D-00-FF-FF-FF"}]}
        made = service.ask("POST", "/v1/pools", pool)
        assert made.status in (201, 409), made.raw
        empty, allocate = requests(service)
        ratios = []
        for number in range(args.rounds + 1):
            idle, idle_counts, _ = uvloop.run(load(service.port, empty, args.clients, args.seconds))
            busy, counts, took = uvloop.run(load(service.port, allocate, args.clients, args.seconds))
            assert set(idle_counts) == {b"200"}, idle_counts
            assert set(counts) == {b"201"}, counts
            took.sort()
            p50, p99 = took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000
            told = f"empty {idle:7,.0f}/s  allocate {busy:7,.0f}/s  p50 {p50:5.1f} ms  p99 {p99:5.1f} ms"
            if number % 5 == 0:
                print(f"{told}  ratio {busy / idle:.2f}{'' if number else '  (warm-up, not counted)'}", flush=True)
            if number:
                ratios.append(busy / idle)
    ratio = statistics.median(ratios)
    low, _, high = statistics.quantiles(ratios, n=4)
    print(f"median ratio {ratio:.2f} (quartiles {low:.2f}, {high:.2f}), wanted {WANTED}")
    return 0 if ratio >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())

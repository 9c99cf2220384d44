"""What the service counts, in the text format of Prometheus.

Names end in their unit, and labels have few values: a route's template, never a path; a pool's name; a range by its
first address, never an address that is given. Of more than POOLS_MAX pools, as many scopes, and RANGES_MAX ranges the
first are told, and how many were left out.
Source: Prometheus, "Exposition formats" and "Metric and label naming".
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isinf

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from maccord.alloc.authority import Counters
from maccord.alloc.records import Forecast, RangeFill

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
POOLS_MAX = 5_000
RANGES_MAX = 2_000
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@dataclass(frozen=True, slots=True)
class Fill:
    """How many addresses of a pool are in each state; `size` counts them all."""

    pool: str
    scope: str
    kind: str
    size: int
    states: dict[str, int]


class Metrics:
    """The counters of one service.

    `fills` tells how full each pool is, `ranges` each range, `days` when pools will be full, `counters` what the
    authority itself counts; all are asked when metrics are.
    """

    def __init__(
        self,
        fills: Callable[[], Sequence[Fill]],
        counters: Callable[[], Counters],
        ranges: Callable[[], Sequence[RangeFill]] = tuple,
        days: Callable[[], Sequence[Forecast]] = tuple,
    ) -> None:
        registry = self.registry = CollectorRegistry()
        self._requests = Counter(
            "maccord_http_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "maccord_http_request_seconds", "How long requests took.", ["method", "route"], buckets=_BUCKETS,
            registry=registry,
        )  # fmt: skip
        self.in_flight = Gauge("maccord_http_requests_in_flight", "Requests being answered.", registry=registry)
        self._allocated = Counter("maccord_allocations", "Addresses allocated.", ["pool"], registry=registry)
        self._released = Counter("maccord_releases", "Releases by a holder.", ["pool"], registry=registry)
        self._refused = Counter("maccord_refusals", "Requests refused, by problem.", ["problem"], registry=registry)
        self._conflicts = Counter("maccord_conflicts", "Conflicts seen, by where.", ["where"], registry=registry)
        self._admitted = Counter(
            "maccord_admissions", "Adapters asked about that have an address not their own, by decision.", ["decision"],
            registry=registry,
        )  # fmt: skip
        self.webhooks = Counter("maccord_webhooks", "Webhooks by outcome.", ["outcome"], registry=registry)
        self.registry.register(_Fills(fills, ranges, days))
        self.registry.register(_Store(counters))
        self._by_pool: dict[str, Counter] = {}
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        key = (method, route, status)
        found = self._known.get(key)
        if found is None:
            found = self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)
            self._known[key] = found
        found[0].inc()
        found[1].observe(seconds)

    def refused(self, problem: str) -> None:
        """Count a refusal."""
        self._refused.labels(problem).inc()

    def allocated(self, pool: str, count: int = 1) -> None:
        """Count allocated addresses."""
        counter = self._by_pool.get(pool)
        if counter is None:
            counter = self._by_pool[pool] = self._allocated.labels(pool)
        counter.inc(count)

    def released(self, pool: str, count: int = 1) -> None:
        """Count releases."""
        self._released.labels(pool).inc(count)

    def conflicts(self, where: str, count: int) -> None:
        """Count conflicts that an adoption, a preflight or a reconciliation showed."""
        self._conflicts.labels(where).inc(count)

    def admitted(self, decision: str) -> None:
        """Count what a preflight decided of an adapter whose address is not its own: deny, warn, allow."""
        self._admitted.labels(decision).inc()

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return generate_latest(self.registry)


class _Fills(Collector):
    """How full pools, ranges and scopes are, as the store tells it."""

    def __init__(
        self,
        fills: Callable[[], Sequence[Fill]],
        ranges: Callable[[], Sequence[RangeFill]],
        days: Callable[[], Sequence[Forecast]],
    ) -> None:
        self._fills, self._ranges, self._days = fills, ranges, days

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()  # so that registering it asks no store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        pools = self._fills()
        yield from _of_pools(pools[:POOLS_MAX])
        yield from _of_scopes(pools)
        ranges = self._ranges()
        yield _of_ranges(ranges[:RANGES_MAX])
        scopes = {one.pool: one.scope for one in pools[:POOLS_MAX]}
        full = GaugeMetricFamily(
            "maccord_pool_days_to_full", "Days until a pool is full; of pools that fill.", labels=["pool", "scope"]
        )
        for one in self._days():
            if one.days is not None and one.pool in scopes:
                full.add_metric([one.pool, scopes[one.pool]], one.days)
        yield full
        out = GaugeMetricFamily("maccord_left_out", "Pools, and ranges, that metrics leave out.", labels=["what"])
        out.add_metric(["pools"], max(len(pools) - POOLS_MAX, 0))
        out.add_metric(["ranges"], max(len(ranges) - RANGES_MAX, 0))
        yield out


def _of_pools(pools: Sequence[Fill]) -> Iterator[GaugeMetricFamily]:
    size = GaugeMetricFamily("maccord_pool_addresses_max", "Addresses of a pool.", labels=["pool", "scope"])
    states = GaugeMetricFamily(
        "maccord_pool_addresses", "Addresses of a pool by state.", labels=["pool", "scope", "state"]
    )
    for fill in pools:
        size.add_metric([fill.pool, fill.scope], fill.size)
        for state, count in fill.states.items():
            states.add_metric([fill.pool, fill.scope, state], count)
    yield size
    yield states


def _of_scopes(pools: Sequence[Fill]) -> Iterator[GaugeMetricFamily]:
    labels = ["scope", "kind"]
    size = GaugeMetricFamily("maccord_scope_addresses_max", "Addresses of a scope's pools.", labels=labels)
    states = GaugeMetricFamily(
        "maccord_scope_addresses", "Addresses of a scope's pools by state.", labels=[*labels, "state"]
    )
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for fill in pools:
        sizes[fill.scope, fill.kind] += fill.size
        for state, count in fill.states.items():
            counts[fill.scope, fill.kind, state] += count
    told = sorted(sizes)[:POOLS_MAX]
    for key in told:
        size.add_metric([*key], sizes[key])
    for where, count in sorted(counts.items()):
        if not told or where[:2] <= told[-1]:
            states.add_metric([*where], count)
    yield size
    yield states


def _of_ranges(ranges: Sequence[RangeFill]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "maccord_range_addresses", "Addresses of a range by state; taken is all but free, drained and excluded.",
        labels=["pool", "range", "state"],
    )  # fmt: skip
    for one in ranges:
        counts = {"free": one.available, "drained": one.drained, "excluded": one.excluded, "taken": one.taken}
        for state, count in counts.items():
            family.add_metric([one.pool, one.first, state], count)
    return family


class _Store(Collector):
    """What the authority counts of its store, since this process opened it."""

    def __init__(self, counters: Callable[[], Counters]) -> None:
        self._counters = counters

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily]:
        now = self._counters()
        yield CounterMetricFamily("maccord_store_requests", "Changes that were asked for.", value=now.requests)
        yield CounterMetricFamily("maccord_store_commits", "Commits; several changes share one.", value=now.commits)
        yield CounterMetricFamily("maccord_replays", "Retries that got their kept answer.", value=now.replays)
        yield GaugeMetricFamily("maccord_store_queue", "Changes that wait for a commit.", value=now.queue)
        buckets, total = [], 0
        for bound, count in now.commit_s:
            total += count
            buckets.append(("+Inf" if isinf(bound) else str(bound), total))
        if buckets:
            yield HistogramMetricFamily("maccord_store_commit_seconds", "How long commits took.", buckets, None)

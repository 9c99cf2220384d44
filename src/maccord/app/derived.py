"""Which addresses identities get from ranges that are named: with no store, as every store gives them."""

from collections.abc import Sequence

from maccord.alloc import check, derive, guard
from maccord.alloc.errors import BadRequest
from maccord.alloc.kinds import kind_of, spell
from maccord.alloc.records import Derived, RangeSpec
from maccord.alloc.spans import Run, holds, merged, without


def derived(
    identities: Sequence[str], *, seed: str, ranges: Sequence[RangeSpec], excluded: Sequence[RangeSpec] = ()
) -> tuple[Derived, ...]:
    """Return the address of each identity, as a pool of these ranges, in which nobody has any, would give them in turn.

    Raises BadRequest, BadAddress, BadRange, ForbiddenAddress.
    """
    check.text("seed", seed, 256)
    kind = kind_of(ranges[0].first)
    runs = [guard.parse_range(each, kind) for each in ranges]
    for run in runs:
        guard.forbid_range(run, kind, allow_foreign=True)
    if sum(hi - lo for lo, hi in merged(runs)) + len(merged(runs)) < sum(hi - lo + 1 for lo, hi in runs):
        raise BadRequest("ranges", "they overlap")
    runs.sort()
    barred = merged(guard.parse_range(each, kind) for each in excluded)
    given: dict[int, str] = {}
    found = []
    for identity in map(check.identity, identities):
        chosen = _chosen(identity, seed, runs, barred, given)
        first = next(derive.candidates(seed, identity, runs), runs[0][0])
        in_the_way = ""
        if chosen is None or chosen.value != first:
            in_the_way = f"identity {given[first]}" if first in given else "excluded"
        if chosen is not None:
            given[chosen.value] = identity
        found.append(
            Derived(
                identity=identity,
                address=spell(chosen.value, kind) if chosen else None,
                probe=chosen.probe if chosen else 0,
                first=spell(first, kind),
                in_the_way=in_the_way,
            )
        )
    return tuple(found)


def _chosen(
    identity: str, seed: str, runs: list[Run], barred: list[Run], given: dict[int, str]
) -> derive.Choice | None:
    open_ = without(runs, barred)
    return derive.choose(
        seed,
        identity,
        runs,
        lambda value: value not in given and not holds(barred, value),
        lambda after: derive.next_in(open_, after, given.__contains__),
    )

"""What is asked of a lease does not fit it: nobody holds it, somebody else does, or its state."""

from collections.abc import Sequence

from maccord.alloc.errors.refusal import Refusal


class NoSuchLease(Refusal):
    """Nobody holds the address, so there is nothing to release or confirm."""

    slug = "no-such-lease"
    title = "Nobody holds the address"
    category = "missing"

    def __init__(self, address: str, scope: str | None, state: str = "free") -> None:
        super().__init__(address, scope, state)
        self.address, self.scope, self.state = address, scope, state

    def __str__(self) -> str:
        where = f" in scope {self.scope!r}" if self.scope else ""
        return f"nobody holds {self.address}{where}: it is {self.state}"

    def fields(self) -> dict[str, object]:
        """Return the address, the scope, and the state that it is in."""
        return {"address": self.address, "scope": self.scope, "state": self.state}


class NotHolder(Refusal):
    """The holder that was named does not hold the address; `holders` do."""

    slug = "not-holder"
    title = "The address has other holders"

    def __init__(self, address: str, holder: str, holders: Sequence[str]) -> None:
        super().__init__(address, holder, tuple(holders))
        self.address, self.holder, self.holders = address, holder, tuple(holders)

    def __str__(self) -> str:
        return f"{self.holder} does not hold {self.address}; {', '.join(self.holders)} does"

    def fields(self) -> dict[str, object]:
        """Return who was named, and who holds it."""
        return {"address": self.address, "holder": self.holder, "holders": list(self.holders)}


class HolderNeeded(Refusal):
    """The address has several holders, and the release does not say which one lets go."""

    slug = "holder-needed"
    title = "The address has several holders: name one"

    def __init__(self, address: str, holders: Sequence[str]) -> None:
        super().__init__(address, tuple(holders))
        self.address, self.holders = address, tuple(holders)

    def __str__(self) -> str:
        return f"{self.address} has {len(self.holders)} holders ({', '.join(self.holders)}): name the one that lets go"

    def fields(self) -> dict[str, object]:
        """Return the holders to choose from."""
        return {"address": self.address, "holders": list(self.holders)}


class ScopeNeeded(Refusal):
    """The address is known in several scopes, and the request names none."""

    slug = "scope-needed"
    title = "The address is known in several scopes: name one"

    def __init__(self, address: str, scopes: Sequence[str]) -> None:
        super().__init__(address, tuple(scopes))
        self.address, self.scopes = address, tuple(scopes)

    def __str__(self) -> str:
        return f"{self.address} is known in the scopes {', '.join(self.scopes)}: name one"

    def fields(self) -> dict[str, object]:
        """Return the scopes to choose from."""
        return {"address": self.address, "scopes": list(self.scopes)}


class WrongState(Refusal):
    """The address is in a state from which the table of its life knows no such step."""

    slug = "wrong-state"
    title = "The address is in another state"

    def __init__(self, address: str, state: str, event: str) -> None:
        super().__init__(address, state, event)
        self.address, self.state, self.event = address, state, event

    def __str__(self) -> str:
        return f"{self.address} is {self.state.replace('-', ' ')}: it cannot be {self.event}"

    def fields(self) -> dict[str, object]:
        """Return the state and the step."""
        return {"address": self.address, "state": self.state, "event": self.event}


class NotLeaked(Refusal):
    """The lease was not missed so often, or not for so long, that it may be taken for leaked; or it changed since."""

    slug = "not-leaked"
    title = "The lease is not known to be leaked"

    def __init__(self, address: str, times: int, age_s: int, observations: int, wanted_s: int) -> None:
        super().__init__(address, times, age_s, observations, wanted_s)
        self.address, self.times, self.age_s = address, times, age_s
        self.observations, self.wanted_s = observations, wanted_s

    def __str__(self) -> str:
        return (
            f"{self.address} was missed {self.times} times over {self.age_s} seconds as it is now, and it takes"
            f" {self.observations} times over {self.wanted_s}: compare it with more evidence, or release it by hand"
        )

    def fields(self) -> dict[str, object]:
        """Return how often and over what time it was missed, and what it takes."""
        return {
            "address": self.address,
            "times": self.times,
            "age_s": self.age_s,
            "observations": self.observations,
            "wanted_s": self.wanted_s,
        }


class HandOverUnderWay(Refusal):
    """The address is being handed over to somebody else: `holder` takes it over from `leaving`."""

    slug = "hand-over-under-way"
    title = "The address is being handed over to another"

    def __init__(self, address: str, holder: str, leaving: str) -> None:
        super().__init__(address, holder, leaving)
        self.address, self.holder, self.leaving = address, holder, leaving

    def __str__(self) -> str:
        return (
            f"{self.address} is being handed over from {self.leaving} to {self.holder}: complete or cancel that first"
        )

    def fields(self) -> dict[str, object]:
        """Return who takes it over from whom."""
        return {"address": self.address, "holder": self.holder, "leaving": self.leaving}


class NoHandOver(Refusal):
    """The address is not being handed over, or not to the holder that was named."""

    slug = "no-hand-over"
    title = "The address is not being handed over"

    def __init__(self, address: str, holder: str | None) -> None:
        super().__init__(address, holder)
        self.address, self.holder = address, holder

    def __str__(self) -> str:
        whom = f" to {self.holder}" if self.holder else ""
        return f"{self.address} is not being handed over{whom}: it was never begun, is over, or its time has run out"

    def fields(self) -> dict[str, object]:
        """Return who was named."""
        return {"address": self.address, "holder": self.holder}

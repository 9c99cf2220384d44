"""What every part of the authority stands on: a change is done by the engine, a question is answered by a reader."""

import random
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from maccord.alloc.clock import SteadyClock
from maccord.alloc.errors import StoreUnavailable
from maccord.alloc.signing import Signer
from maccord.store.authority.jobs import Jobs
from maccord.store.database import Database, Reader, Trouble
from maccord.store.engine import Engine, Job, unavailable
from maccord.store.work import Chain, Tx

T = TypeVar("T")


class Preview(Exception):
    """Carries what a change would do out of a transaction that is undone."""

    def __init__(self, result: Any) -> None:  # noqa: ANN401 - whatever it would return
        super().__init__()
        self.result = result


class Part:
    """The store, and how it is asked."""

    def __init__(
        self,
        db: Database,
        chain: Chain,
        clock: SteadyClock,
        chance: random.Random,
        *,
        renew: Callable[[], Chain],
        background: bool,
    ) -> None:
        self._db, self._clock = db, clock
        self._engine = Engine(db, chain, clock, chance, renew=renew)
        self._jobs = Jobs(chance, chunks=background)
        self._closed = False
        self._signer: Signer | None = None

    def sign_with(self, signer: Signer | None) -> None:
        """Sign leases of ranges with a key; without one, none is signed."""
        self._signer = signer

    def _do(self, work: Callable[[Tx], T], *, light: bool = False) -> T:
        result: T = self._engine.call(Job(work, light=light))
        return result

    def _ask(self, question: Callable[[Reader], T]) -> T:
        if self._closed:
            raise StoreUnavailable("it is closed")
        try:
            with self._db.reading() as reader:
                return question(reader)
        except Trouble as e:
            raise unavailable(e) from e

    def _stream(self, question: Callable[[Reader], Iterator[T]]) -> Iterator[T]:
        if self._closed:
            raise StoreUnavailable("it is closed")
        try:
            with self._db.reading() as reader:
                yield from question(reader)
        except Trouble as e:
            raise unavailable(e) from e

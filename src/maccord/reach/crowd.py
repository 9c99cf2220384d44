"""Asks many hosts at once, a bounded number at a time; one that fails or never answers is not the end."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from maccord.mac.errors import MaccordError
from maccord.reach.answer import Collected, Failed, Secret, reason_of

Ask = Callable[[], Collected]
_TICK_S = 0.2


def ask_all(
    asks: Mapping[str, Ask], *, at_once: int, limit_s: float, secrets: Sequence[Secret] = ()
) -> Iterator[Collected | Failed]:
    """Yield the answer of every source as it comes; at most `at_once` are asked at a time.

    A source that has not answered after `limit_s` seconds counts as failed. Its thread is left behind, since no
    library lets itself be interrupted, and another takes its place; none outlives the program.

    Raises: MaccordError of the first source that says the call itself is wrong, such as MissingLibrary.
    """
    waiting = deque(asks.items())
    answers: queue.SimpleQueue[tuple[str, Collected | Failed | MaccordError]] = queue.SimpleQueue()
    since: dict[str, float] = {}

    def run(source: str, ask: Ask) -> None:
        try:
            answers.put((source, ask()))
        except MaccordError as wrong:
            answers.put((source, wrong))
        except Exception as error:  # noqa: BLE001 - vendors' libraries raise what they like
            answers.put((source, Failed(source, reason_of(error, secrets))))

    while waiting or since:
        while waiting and len(since) < at_once:
            source, ask = waiting.popleft()
            since[source] = time.monotonic()
            threading.Thread(target=run, args=(source, ask), name=f"ask {source}", daemon=True).start()
        try:
            source, answer = answers.get(timeout=_TICK_S)
        except queue.Empty:
            late = [one for one, start in since.items() if time.monotonic() - start > limit_s]
            for one in late:
                del since[one]
                yield Failed(one, f"no answer within {limit_s:g} seconds")
            continue
        if since.pop(source, None) is None:
            continue  # it came too late, and was reported
        if isinstance(answer, MaccordError):
            raise answer
        yield answer

"""Chooses the concrete parts: the one file that knows every class which could be another."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from maccord.engine import Engine

if TYPE_CHECKING:
    from maccord.alloc.authority import Authority
    from maccord.alloc.signing import Signer
    from maccord.client import Client
    from maccord.reach.answer import Secret, Trust


def clock() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds on a clock that never goes back."""
    return time.monotonic()


def engine() -> Engine:
    """Return the engine that rules run on."""
    from maccord.engine.duck import DuckEngine

    return DuckEngine()


def engine_on(tables: str) -> Engine:
    """Return the same engine on a folder of tables; raises NotTables."""
    from maccord.engine.duck import DuckEngine
    from maccord.engine.tables import refuse_others

    refuse_others(tables)
    return DuckEngine(tables=Path(tables).resolve())


def spark(connect: str, tables: str, scratch: str | None) -> Engine:
    """Return an engine on tables that an endpoint of Spark Connect reads; raises NoEndpoint."""
    from maccord.engine.spark import SparkEngine

    return SparkEngine(connect, tables=tables, scratch=scratch)


def authority(store: str, *, background: bool, signer: "Signer | None" = None) -> "Authority":
    """Return the authority on a store: `sqlite:///FILE` or `postgresql://...`; raises BadStore.

    With `background` it frees what has rested, and so on, by itself, as a service must; a single call need not.
    `signer` signs leases of ranges.
    """
    from maccord.store import open_authority

    opened = open_authority(store, clock=clock, monotonic=time.monotonic, background=background)
    opened.sign_with(signer)
    return opened


def client(url: str, token: "Secret", trust: "Trust") -> "Client":
    """Return the authority that a service offers at a URL."""
    from maccord.client import Client

    return Client(url, token=token.reveal(), ca_file=trust.ca_file, insecure=trust.insecure)

"""Pools in the database."""

from maccord.store.pools.changing import change, delete
from maccord.store.pools.excluding import exclude, free_run, include, inside
from maccord.store.pools.making import create
from maccord.store.pools.showing import plain, shown, text

__all__ = [
    "change",
    "create",
    "delete",
    "exclude",
    "free_run",
    "include",
    "inside",
    "plain",
    "shown",
    "text",
]

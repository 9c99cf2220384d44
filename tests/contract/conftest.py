"""What every store must keep is tested on each of them."""

from tests.kit.stores import authority, postgres, stores

__all__ = ["authority", "postgres", "stores"]

"""What no source settles about VMM, each as a named parameter. The default is argued beside it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified:
    """How VMM behaves where sources are silent; every field can be set for a server."""

    inherits: Literal["2012 R2 only", "always", "never"] = "always"
    """Whether the management vNIC of a deployed logical switch takes the address of the team below. Seen with 2012 R2
    (B. Gelens, 2014). Later versions still offer "inherits settings from the physical management adapter", and nobody
    reports that its meaning changed."""

    grant_order: Literal["lowest", "onwards"] = "lowest"
    """Which address of a pool is granted: the lowest free one, or the next after the one granted last. VMM's database
    was not looked at; both never grant one address twice."""

    keeps_addresses_of_missing: bool = True
    """Whether an address stays with a machine that VMM misses, or whose host was removed. The documentation has a tab
    of inactive addresses, from which they are released by hand."""

    checks_hosts_ranges: bool = False
    """Whether VMM compares a new pool with the dynamic ranges of its hosts. The documentation asks the administrator to
    keep them apart, and names no check."""

"""Addresses, ranges, blocks, and the root of all refusals. This room knows no other."""

from maccord.mac.address import FORMATS, Mac, from_octets, parse_value, parse_wwn, show
from maccord.mac.blocks import CONSTANTS, PROTOCOL_BLOCKS, Block, block_of, nlb_addresses
from maccord.mac.errors import BadAddress, BadRange, MaccordError
from maccord.mac.range import MICROSOFT, MacRange, default_pool

__all__ = [
    "CONSTANTS",
    "FORMATS",
    "MICROSOFT",
    "PROTOCOL_BLOCKS",
    "BadAddress",
    "BadRange",
    "Block",
    "Mac",
    "MacRange",
    "MaccordError",
    "block_of",
    "default_pool",
    "from_octets",
    "nlb_addresses",
    "parse_value",
    "parse_wwn",
    "show",
]

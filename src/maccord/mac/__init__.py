"""Addresses, ranges and blocks. This room knows no other."""

from maccord import MaccordError
from maccord.mac.address import FORMATS, Mac, from_octets, parse_value, parse_wwn, show
from maccord.mac.blocks import CONSTANTS, PROTOCOL_BLOCKS, Block, block_of, nlb_addresses
from maccord.mac.defaults import SHARED, VCENTER, Shared, shared_block, vcenter_id
from maccord.mac.errors import BadAddress, BadRange
from maccord.mac.range import MICROSOFT, MacRange, default_pool

__all__ = [
    "CONSTANTS",
    "FORMATS",
    "MICROSOFT",
    "PROTOCOL_BLOCKS",
    "SHARED",
    "VCENTER",
    "BadAddress",
    "BadRange",
    "Block",
    "Mac",
    "MacRange",
    "MaccordError",
    "Shared",
    "block_of",
    "default_pool",
    "from_octets",
    "nlb_addresses",
    "parse_value",
    "parse_wwn",
    "shared_block",
    "show",
    "vcenter_id",
]

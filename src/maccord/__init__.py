"""Find, explain and settle MAC address conflicts between virtual machines of many hosts."""

__version__ = "0.1.0"


class MaccordError(Exception):
    """Something outside maccord is not as it must be; the text says what and, where it can, what to do.

    The root of all refusals. It stands here so that a command that says no more than its help loads nothing else.
    """

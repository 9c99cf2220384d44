"""Find, explain and settle MAC address conflicts between virtual machines of many hosts."""

__version__ = "0.1.0"

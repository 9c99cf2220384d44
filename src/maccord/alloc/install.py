"""The PowerShell that makes a block a host's own range."""

from datetime import datetime

from maccord.alloc.kinds import AddressKind


def _quoted(text: str) -> str:
    """Return a text as PowerShell reads it literally: in single quotes, those within doubled.

    PowerShell takes four other characters for single quotes as well. Source: Microsoft Learn, about_Quoting_Rules.
    """
    for quote in "'\u2018\u2019\u201a\u201b":
        text = text.replace(quote, quote * 2)
    return f"'{text}'"


def install_text(kind: AddressKind, host: str, first: str, last: str, ends: datetime | None = None) -> str:
    """Return the command that sets a Hyper-V host's dynamic range; both ends inside.

    A host's range has no end by itself: where it is leased until `ends`, a comment says what is to be done by then.

    Source: Microsoft Learn, Set-VMHost: -MacAddressMinimum, -MacAddressMaximum; for virtual Fibre Channel
    -FibreChannelWorldWidePortNameMinimum, -FibreChannelWorldWidePortNameMaximum.
    """
    low, high = first.replace("-", ""), last.replace("-", "")
    names = (
        ("MacAddressMinimum", "MacAddressMaximum")
        if kind == "mac"
        else ("FibreChannelWorldWidePortNameMinimum", "FibreChannelWorldWidePortNameMaximum")
    )
    warning = ""
    if ends is not None:
        warning = (
            f"# Leased until {ends:%Y-%m-%dT%H:%M:%SZ}. The host does not know that: before then, renew the lease,\n"
            "# or give the host another range. It would go on issuing addresses that are given to others.\n"
        )
    return f"{warning}Set-VMHost -ComputerName {_quoted(host)} -{names[0]} '{low}' -{names[1]} '{high}'"

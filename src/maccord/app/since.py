"""Reads the earlier report that a run is compared with."""

from pathlib import Path

from maccord.collect import BYTES_MAX
from maccord.report.since import BadReport, EarlierReport, decode


def earlier_report(path: str, *, bytes_max: int = BYTES_MAX) -> EarlierReport:
    """Return the report in a file; raise BadReport for what cannot be read or is none: a report is evidence too."""
    try:
        with Path(path).open("rb") as stream:
            raw = stream.read(bytes_max + 1)
    except (OSError, ValueError) as error:
        raise BadReport(path, getattr(error, "strerror", None) or str(error)) from error
    if len(raw) > bytes_max:
        raise BadReport(path, f"larger than {bytes_max // 2**20} MB (--max-file-size raises the limit)")
    return decode(raw, path)

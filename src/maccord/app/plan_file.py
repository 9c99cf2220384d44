"""Reads a plan back: `plan.json` of a folder that `maccord plan` wrote, with its digest checked."""

from pathlib import Path

import msgspec

from maccord.mac import MaccordError
from maccord.plan.plan import BYTES_MAX, Plan, digest_of

NAME = "plan.json"


class BadPlan(MaccordError):
    """There is no plan, or what is there is not what was written."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


def read_plan(folder: str) -> Plan:
    """Return the plan of a folder, or of the file itself.

    Raises BadPlan for one that cannot be read, is no plan, or was changed since it was made.
    """
    path = Path(folder)
    if path.is_dir():
        path /= NAME
    try:
        with path.open("rb") as stream:
            raw = stream.read(BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        raise BadPlan(str(path), getattr(error, "strerror", None) or str(error)) from error
    if len(raw) > BYTES_MAX:
        raise BadPlan(str(path), f"larger than {BYTES_MAX // 2**20} MB")
    try:
        plan = msgspec.json.decode(raw, type=Plan)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadPlan(str(path), f"no plan of maccord: {error}") from error
    if not plan.digest or plan.digest != digest_of(plan):
        raise BadPlan(str(path), "it was changed since it was made: its digest is that of another plan")
    return plan

"""Why no plan is made."""

from collections.abc import Iterable

from maccord.mac import MaccordError, show


class PlanRefused(MaccordError):
    """A plan cannot be made, or should not be, as the call asks for it."""


class NoSpace(PlanRefused):
    """No free space of the wanted size is left where new addresses may be taken from."""

    def __init__(self, what: str, size: int, homes: Iterable[tuple[int, int]]) -> None:
        self.homes = tuple(homes)
        where = " or ".join(f"{show(first)}..{show(last)}" for first, last in self.homes)
        super().__init__(what, size)
        self._said = (
            f"there is no room for {what} of {size} address{'es' if size > 1 else ''} in {where}: "
            "name more space in fleet.toml ([plan] ranges or statics)"
        )

    def __str__(self) -> str:
        return self._said


class TooMuchChange(PlanRefused):
    """The plan would change more of the fleet than anybody should sign without a second look."""

    def __init__(self, what: str, count: int, total: int, share: float) -> None:
        super().__init__(what, count, total)
        self.what, self.count, self.total, self.share = what, count, total, share

    def __str__(self) -> str:
        return (
            f"the plan would change {self.count} of {self.total} {self.what}, more than {self.share:.0%}: look whether "
            "the evidence is whole and fleet.toml tells the layer-2 domains apart, then give --force to have it anyway"
        )

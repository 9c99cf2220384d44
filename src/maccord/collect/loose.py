"""One JSON object whose keys may be spelled in any letter case, as two generations of one tool do."""

from collections.abc import Iterator, Mapping

from maccord.collect.fields import Fields, Json
from maccord.fleet.evidence import Place
from maccord.fleet.problem import Problem


class Loose(Fields):
    """Fields that are asked for in lower case, and cited as the document spells them."""

    __slots__ = ("_spelled",)

    def __init__(self, values: Mapping[str, Json], place: Place, problems: list[Problem]) -> None:
        self._spelled = {key.casefold(): key for key in values}
        super().__init__({key: values[one] for key, one in self._spelled.items()}, place, problems)

    def complain(self, key: str, reason: str) -> None:
        """Note that the value under `key` is unusable."""
        super().complain(self._spelled.get(key, key), reason)

    def at(self, key: str) -> str:
        """Return the JSON pointer of a field."""
        return super().at(self._spelled.get(key, key))

    def child(self, key: str) -> "Loose":
        """Return the object under a key; an empty one when there is none."""
        value = self.values.get(key)
        return Loose(value if isinstance(value, dict) else {}, Place(self.place.file, self.at(key)), self._problems)

    def children(self, key: str) -> Iterator["Loose"]:
        """Yield the objects of the list under a key; what is no object is passed over."""
        value = self.values.get(key)
        place = Place(self.place.file, self.at(key))
        for at, one in enumerate(value if isinstance(value, list) else []):
            if isinstance(one, dict):
                yield Loose(one, place.down(str(at)), self._problems)

"""What another run had read, from the folder of tables that it wrote: the fleet of another site.

Such a folder comes from elsewhere. A part that cannot be used is a problem, like any file of evidence, and what is read
of it stands in files of its own: records can only name files that the folder lists.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from msgspec.structs import replace as changed

from maccord.app.batches import File
from maccord.collect import Parsed, Unreadable, parquet
from maccord.engine.readings import CONTENT_MAX, FORM, PART_BYTES_MAX, PART_RECORDS_MAX, SEEN, SOURCE
from maccord.engine.tables import ABOUT, About, NotTables, about_of
from maccord.fleet.evidence import Seen
from maccord.fleet.packing import Unpackable, unpack, weight
from maccord.fleet.problem import Problem

_FILE_MAX = CONTENT_MAX
_OLD = (
    "holds tables of an earlier maccord, without what was seen: they can only be checked alone; "
    "write them anew at their site (maccord tables)"
)
_NEWER = "holds what was seen in a form that this maccord does not know: use the maccord that wrote it, or a newer one"


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of tables: the files that its run had read, as files with names of this run, and the parts to read.

    `before` is what the names of files begin with: where the folder was found below the argument.
    """

    folder: str
    label: str
    before: str
    about: About
    files: Sequence[File]
    parts: Sequence[str]
    problems: Sequence[Problem]

    @classmethod
    def opened(cls, folder: str, root: str, where: str, before: str = "") -> Self:
        """Open a folder of tables; raises NotTables, of `where`, for one that holds nothing to be read again."""
        label = before or f"{root}/"
        about = _about(folder, where)
        if about.origin is None:
            raise NotTables(where, _OLD)
        if about.origin.form != FORM:
            raise NotTables(where, _NEWER)
        problems: list[Problem] = []
        files: list[File] = []
        for part in _parts(folder, SOURCE):
            try:
                for name in _contents(folder, part, "file"):
                    spelled = name.decode(errors="replace")
                    files.append(File(f"{folder}\0{spelled}", before + spelled, "", root))
            except (Unreadable, OSError) as error:
                problems.append(Problem(label + part, "", _why(error)))
        return cls(folder, label, before, about, files, _parts(folder, SEEN), problems)

    def read(self, names: Mapping[str, str], tell: Callable[[], None]) -> Parsed:
        """Return what the run had read; `names` has the name of each file in this run by its path.

        `tell` is called for each part.
        """
        here = {file.name[len(self.before) :]: names[file.path] for file in self.files}
        origin = self.about.origin
        whole = Parsed(
            problems=[*self.problems, *(changed(one, file=self._named(one.file, here)) for one in self._told())],
            fabrics=[replace(one, file=self._named(one.file, here)) for one in self.about.fabrics],
            allowances=[replace(one, file=self._named(one.file, here)) for one in self.about.allowances],
            used=min(max(origin.used, 0), len(self.files)) if origin else 0,
        )
        for part in self.parts:
            seen, problems = self._part(part, here)
            whole.seen += seen
            whole.problems += problems
            tell()
        return whole

    def _told(self) -> Sequence[Problem]:
        return self.about.origin.problems if self.about.origin else ()

    def _named(self, file: str, here: Mapping[str, str]) -> str:
        """Return the name in this run; what is no file that was read, such as a folder, only tells where it was."""
        return here.get(file, self.before + file)

    def _part(self, part: str, names: Mapping[str, str]) -> tuple[list[Seen], list[Problem]]:
        """Return the records of one part; whatever is wrong with it is a problem."""
        parsed = Parsed()
        label, room = self.label + part, PART_RECORDS_MAX
        try:
            for number, content in enumerate(_contents(self.folder, part, "content")):
                try:
                    seen = _unpacked(content, names, room)
                except Unpackable as error:
                    parsed.problems.append(Problem(label, f"row {number}", f"cannot be used: {error}"))
                    continue
                room -= _weight(seen)
                parsed.seen += seen
        except (Unreadable, OSError) as error:
            parsed.problems.append(Problem(label, "", _why(error)))
        return parsed.seen, parsed.shorten(label).problems


def _unpacked(content: bytes, names: Mapping[str, str], room: int) -> list[Seen]:
    seen = unpack(content, names)
    if _weight(seen) > room:
        raise Unpackable(f"more than {PART_RECORDS_MAX} records in one part")
    return seen


def _weight(seen: Sequence[Seen]) -> int:
    return sum(map(weight, seen))


def _about(folder: str, where: str) -> About:
    try:
        contents = [content for part in _parts(folder, ABOUT) for content in _contents(folder, part, "content")]
    except (Unreadable, OSError) as error:
        raise NotTables(where, f"its table `about` is not readable: {_why(error)}") from error
    if len(contents) != 1:
        raise NotTables(where, "its table `about` is not readable: it has one row")
    return about_of(contents[0], where)


def _why(error: Unreadable | OSError) -> str:
    return error.reason if isinstance(error, Unreadable) else f"cannot be read: {error.strerror or error}"


def _parts(folder: str, table: str) -> list[str]:
    """Return the parts of a table, by their names below the folder; none where there is no such table."""
    try:
        found = sorted(entry.name for entry in Path(folder, table).iterdir())
    except OSError:
        return []
    return [f"{table}/{name}" for name in found if name.startswith("part-") and name.endswith(".parquet")]


def _contents(folder: str, part: str, column: str) -> Iterator[bytes]:
    """Yield the values of a column of a part; raises Unreadable and OSError."""
    path = Path(folder, part)
    if not path.resolve().is_relative_to(folder):
        raise Unreadable("", "a link that leads out of the folder: not followed")
    if not path.is_file():
        raise Unreadable("", "is no file")
    with path.open("rb") as stream:
        raw = stream.read(_FILE_MAX + 1)
    if len(raw) > _FILE_MAX:
        raise Unreadable("", f"larger than {_FILE_MAX // 2**20} MB: not read")
    with parquet.opened(raw) as table:
        yield from table.contents(column, bytes_max=PART_BYTES_MAX)

"""However evidence is dealt out to sites, their tables together say what all of it says in one folder."""

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from maccord.app.check import check
from maccord.app.gather import Gathered, assembled, gather, read
from maccord.engine.duck import DuckEngine
from maccord.engine.tables import write_tables
from maccord.fleet.assemble import assemble
from maccord.fleet.config import FleetConfig
from maccord.fleet.packing import KINDS, Unpackable, pack, unpack
from maccord.report.json_form import as_json
from tests.kit.cases import cases
from tests.kit.fleets import NOW, Draw, report_bytes, write
from tests.kit.records import ANY, FILES, records
from tests.kit.samples import SAMPLES

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples/fleet"
NAMES = {name: name for name in FILES}
ENGINE = DuckEngine()
AS_DRAWN = (Phase.explicit, Phase.reuse, Phase.generate)
"""A dealing of all files is no clearer for having been made smaller, slowly."""

ALL = {f"{case.name}/{name}": raw for case in [*cases("causes"), *cases("twins")] for name, raw in case.files.items()}
ALL |= {f"sample{at}/{at}.txt": raw for at, raw in enumerate(SAMPLES.values())}
ALL |= {f"broken/{at}.json": raw for at, raw in enumerate(("{", "[1", '{"schema": "maccord.host/1"}'))}
ALL |= {f"fleet/{file.relative_to(EXAMPLE)}": file.read_bytes() for file in EXAMPLE.rglob("*") if file.is_file()}
"""The evidence of all golden cases and more, each case in a folder of its own: many hosts have one name."""


def tables(folder: Path, *paths: Path) -> Path:
    """Write the tables of evidence."""
    readings, config = read([str(path) for path in paths])
    write_tables(assembled(readings, config).snapshot, config, str(folder), readings)
    return folder


def dealt(files: Mapping[str, object], folder: Path, sites: list[int]) -> list[Path]:
    """Deal files out to sites, each with an `exports` folder of its own, and return those."""
    found = [folder / str(site) / "exports" for site in range(max(sites) + 1)]
    for one in found:
        one.mkdir(parents=True)
    for (name, raw), site in zip(files.items(), sites, strict=True):
        write(found[site], [(name, raw)])
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return what all files say in one folder."""
    folder = tmp_path_factory.mktemp("whole") / "exports"
    folder.mkdir()
    write(folder, ALL.items())
    found = gather([str(folder)])
    assert found.snapshot.problems
    assert len(found.config.fabrics) > 3
    return found


@settings(max_examples=4, phases=AS_DRAWN)
@given(data=st.data())
def test_tables_of_sites_say_what_the_evidence_says_in_one_folder(whole: Gathered, data: st.DataObject) -> None:
    last = data.draw(st.integers(0, 3))
    sites = data.draw(st.lists(st.integers(0, last), min_size=len(ALL), max_size=len(ALL)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        evidence = dealt(ALL, folder, sites)
        as_evidence = data.draw(st.integers(0, len(evidence)))  # some sites may send their evidence as it is
        paths = evidence[:as_evidence]
        paths += [tables(folder / f"{at}.tables", one) for at, one in enumerate(evidence[as_evidence:])]
        paths = data.draw(st.permutations(paths))
        assert gather(map(str, paths)) == whole
        if data.draw(st.booleans()):
            assert gather([str(tables(folder / "all.tables", *paths))]) == whole


@settings(max_examples=5, phases=AS_DRAWN)
@given(st.lists(st.integers(0, 2), min_size=20, max_size=20))
def test_the_sample_fleet_gives_the_same_report_in_one_folder_and_as_sites(sites: list[int]) -> None:
    files = {str(file.relative_to(EXAMPLE)): file.read_bytes() for file in sorted(EXAMPLE.rglob("*")) if file.is_file()}
    dealing = (sites * len(files))[: len(files)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        evidence = dealt(files, folder, dealing)
        (together,) = dealt(files, folder / "whole", [0] * len(files))
        found = [tables(folder / f"{at}.tables", one) for at, one in enumerate(evidence)]
        assert report_bytes(*found) == report_bytes(together)
        folder.joinpath("incoming").mkdir()
        for one in found:
            one.rename(folder / "incoming" / one.name)
        assert b'"files": 0' not in report_bytes(folder / "incoming")


@settings(max_examples=10)
@given(data=st.data())
def test_files_of_one_name_at_two_sites_are_named_as_those_of_two_folders(data: st.DataObject) -> None:
    names = sorted(ALL)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for site in ("east", "west"):
            for number in range(data.draw(st.integers(0, 12))):
                raw = ALL[data.draw(st.sampled_from(names))]
                write(
                    folder / "evidence" / site, [(f"{number % 5}.json" if number % 2 else f"lists/{number}.txt", raw)]
                )
        evidence = [path for site in ("east", "west") if (path := folder / "evidence" / site).exists()]
        sites = [tables(folder / "tables" / path.name, path) for path in evidence]
        assert gather(map(str, sites)) == gather(map(str, evidence))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(data=st.data())
def test_every_kind_of_record_comes_back_from_its_package(kind, data: st.DataObject) -> None:
    told = data.draw(st.lists(records(kind), max_size=6))
    back = unpack(pack([*told, *told]), NAMES)
    assert sorted(map(repr, back)) == sorted(map(repr, [*told, *told]))


@settings(max_examples=40)
@given(st.lists(ANY, max_size=20))
def test_whatever_records_a_package_holds_the_run_goes_on(seen) -> None:
    snapshot = assemble(unpack(pack(seen), NAMES))
    ENGINE.connection.execute("BEGIN")
    try:
        assert as_json(check(snapshot, ENGINE, config=FleetConfig(), now=NOW))
    finally:
        ENGINE.connection.execute("ROLLBACK")


@st.composite
def maimed(draw: Draw) -> bytes:
    """A package with some bytes changed, left out or put in."""
    content = bytearray(pack(draw(st.lists(ANY, max_size=6))))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(content)


@settings(max_examples=300)
@given(st.binary(max_size=200) | maimed())
def test_bytes_are_a_package_of_sound_records_or_refused(content: bytes) -> None:
    found = []
    with suppress(Unpackable):
        found = unpack(content, NAMES)
    assert sorted(map(repr, unpack(pack(found), NAMES))) == sorted(map(repr, found))

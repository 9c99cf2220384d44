"""The files of a plan that run."""

from msgspec.structs import replace

from maccord.app.plan import write_plan
from maccord.plan.steps import Advice, RunText, SetRange
from maccord.powershell import reverse_script_of, script_of, scripts_of
from tests.unit.powershell.test_script import plan_of

RANGE = SetRange(id="1", host="HV01", first=1, last=2, was_first=3, was_last=4)
TEXT = RunText(id="2", host="pve1", why="Two machines\nhave it.", platform="proxmox", machine="100", text="qm set 100")


def test_each_host_has_a_script_and_its_reverse():
    plan = plan_of(RANGE, replace(RANGE, id="3", host="HV02"))
    files = dict(scripts_of(plan))
    assert list(files) == ["apply/HV01.ps1", "reverse/HV01.ps1", "apply/HV02.ps1", "reverse/HV02.ps1"]
    assert files["apply/HV02.ps1"] == script_of(plan, "HV02")
    assert files["reverse/HV01.ps1"] == reverse_script_of(plan, "HV01")


def test_commands_of_other_shells_are_text_with_what_they_are_for():
    later = replace(TEXT, id="4", text="qm set 101", reverse="qm set 101 back")
    files = dict(scripts_of(plan_of(TEXT, later)))
    assert files == {
        "apply/pve1.txt": "# 2: Two machines have it.\nqm set 100\n\n# 4: Two machines have it.\nqm set 101\n",
        "reverse/pve1.txt": "# 4: Two machines have it.\nqm set 101 back\n",
    }


def test_advice_alone_makes_no_file():
    assert dict(scripts_of(plan_of(Advice(id="5", host="HV01", text="Mend the image.")))) == {}


def test_hosts_whose_names_differ_in_case_or_cannot_be_files_have_files_of_their_own():
    hosts = ["HV01", "hv01", "../etc/passwd", "con", "a\nb"]
    files = list(scripts_of(plan_of(*(replace(RANGE, id=str(at), host=host) for at, host in enumerate(hosts)))))
    names = [path for path, _ in files]
    assert len({name.casefold() for name in names}) == 10
    assert all(name.count("/") == 1 and ".." not in name and name.isprintable() for name in names)


def test_scripts_lie_beside_the_plan(tmp_path):
    folder = tmp_path / "plan"
    assert write_plan(plan_of(RANGE, TEXT), str(folder)) == 5
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {".maccord-plan", "plan.json", "plan.md", "apply/HV01.ps1", "reverse/HV01.ps1", "apply/pve1.txt"}
    script = (folder / "apply/HV01.ps1").read_bytes().decode("ascii")
    assert script.replace("\r\n", "\n").partition("$Data")[0] == script_of(plan_of(RANGE), "HV01").partition("$Data")[0]
    assert write_plan(plan_of(), str(folder)) == 2
    assert not (folder / "apply").exists()

"""Reads what switches and routers print: MAC address tables, ARP tables and IPv6 neighbour tables, as CLI text.

The text may be one command's output or the log of a session: prompts and echoed commands, several commands after one
another, what pagers and terminals leave behind. A table is known by its header, or by a row where the header was cut
off (`| include`) or never is; `switch_shapes.py` holds the shapes. Other commands' output in between is passed over.

Each row that carries an address is one sighting. A row with several ports, as of multicast groups, is one sighting
whose port is the list. Rows without an address are none: `INCOMPLETE`, and zeros in an ARP table. In a switch's address
table zeros are what some frame had for its source, and a sighting.

Whose table it is: the folder's, as for all evidence that does not name its host. A prompt does name the device, and
still does not count against the folder: prompts are cut short, carry the views, contexts and modes of the moment, and
stay `Switch#` where nobody set a name, so that two devices would become one; and of two files of one device, only one
may show a prompt, so that one device would become two. Only where the prompts of one file name several devices, as
in a session that went from one to the next, does each own what was printed after its prompt.
"""

import re
from ipaddress import ip_address

from msgspec.structs import replace

from maccord.collect.document import Document
from maccord.collect.parsed import Parsed
from maccord.collect.switch_lines import LINE_MAX, Prompt, lines_of, prompt_of, without_pager
from maccord.collect.switch_shape import Shape
from maccord.collect.switch_shapes import shape_of_row, shape_under
from maccord.collect.switch_told import Told, of_neighbour, of_table, vlan_number, vrf_of
from maccord.fleet.evidence import HostSeen, Place, SightingSeen
from maccord.fleet.problem import Problem

NAME = "switch-tables"
PLATFORM = "switch"
PROBLEMS_MAX = 20
_WRAPS_MAX = 200
_ADDRESS = re.compile(r"(?<![\w.:-])[0-9A-Fa-f]{2}(?:[-:.]?[0-9A-Fa-f]{2}){5,7}(?![\w:-])")
_NEARLY = re.compile(r"(?<!\S)\w{4}\.\w{4}\.\w{4}(?!\S)")
_PORTS_BELOW = re.compile(r"\s{8,}+([A-Z][\w/.:-]*+(?:[, ]\s?[A-Z][\w/.:-]*+)*+),?\s*+$")
_VLAN_BELOW = re.compile(r"\s++(\d{1,4})/(?:\d{1,4}|-)\s*+$")
_FOLDED = re.compile(r"\s{0,8}\[?[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]++(?:%\S{1,20})?\]?\s*+$")
_VRF = re.compile(
    r"\s{0,8}(?:VRF(?: name)?\s?:\s*+|IP ARP Table for (?:context |VRF )?|IPv6 Adjacency Table for (?:VRF )?)"
    r"(?P<vrf>\S{1,64})\s*+(?P<all>contexts|VRFs)?\s*+$",
    re.IGNORECASE,
)
_BRIDGE_DOMAIN = re.compile(
    r"\s{0,8}Bridging domain\s?: ?[^,\n]{0,64}, VLAN\s?: ?(?P<vlan>\S{1,8})\s*+$", re.IGNORECASE
)
_COMMAND_VRF = re.compile(r"\b(?:vrf|vpn-instance|routing-instance)\s++(?!all\b)([\w.:-]{1,64})", re.IGNORECASE)
_MONITOR = re.compile(r"^(?:Timestamp: |\[\d{4}-\d\d-|Deleted )", re.MULTILINE)
_MONITORED = {"Linux bridge", "Linux neighbours"}
"""Shapes whose rows `bridge monitor` and `ip monitor` print as well: a log of moves is no table."""

_NOT_TEXT = re.compile(r"\s*+(?:[{\[]\s*+[\"'{\[\]}\d]|<[?!a-z][\w:-]*+[\s/>])")


def claims(document: Document) -> bool:
    """Tell whether some line is the header of a table that is known, or a row that nothing else looks like."""
    if _NOT_TEXT.match(document.text[:4096]) and not prompt_of(_first_line(document.text)):
        return False  # JSON, XML
    for _, line in lines_of(document.text):
        if shape_under(line):
            return True
        if shape := shape_of_row(line):
            return not (shape.name in _MONITORED and _MONITOR.search(document.text))
    return False


def parse(document: Document) -> Parsed:
    """Read every table of the text."""
    reader = _Reader(document)
    reader.read()
    return reader.parsed()


def _first_line(text: str) -> str:
    return text[:4096].lstrip().partition("\n")[0]


class _Reader:
    """Goes through one document line by line, and remembers what the lines above say of those below."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.shape: Shape | None = None
        self.rows: list[SightingSeen] = []
        self.problems: list[Problem] = []
        self.left_out = 0
        self.owners: list[tuple[int, str]] = [(0, "")]
        """From which row on which device was asked, as its prompt says."""
        self.vrf = ""
        self.vlan = 0
        self.within = False
        """Whether nothing but rows stood between the header and this line."""
        self.wraps = 0
        self.folded = ""
        self.told: dict[tuple[str | None, ...], Told] = {}

    def read(self) -> None:
        for number, line in lines_of(self.document.text):
            shape = self.shape
            if shape is not None and len(line) <= LINE_MAX and (row := shape.match(line)):
                self._take(shape, row, number)
            else:
                self._other(number, line)

    def parsed(self) -> Parsed:
        """Return the records, each under the device that it is of."""
        ends = [start for start, _ in self.owners[1:]] + [len(self.rows)]
        spans = [(start, end, device) for (start, device), end in zip(self.owners, ends, strict=True) if end > start]
        named = {device for *_, device in spans if device}
        folder = self.document.folder
        if len(named) > 1:
            for start, end, device in spans:
                self.rows[start:end] = [replace(row, host=device or folder) for row in self.rows[start:end]]
        hosts = sorted({device or folder for *_, device in spans} if len(named) > 1 else {folder})
        if self.left_out:
            reason = f"{self.left_out} more lines like these are not understood"
            self.problems.append(Problem(self.document.file, "", reason))
        place = Place(self.document.file, "")
        return Parsed([*(HostSeen(host, place, PLATFORM) for host in hosts), *self.rows], self.problems)

    def _take(self, shape: Shape, row: re.Match[str], number: int) -> None:
        """Make a sighting of a row."""
        mac, vlan, ip, vrf = row.group(*shape.numbers)
        words = row.group(*shape.words)
        self.within, self.wraps, self.folded = True, 0, ""
        value = int(mac.replace(".", "").replace(":", "").replace("-", ""), 16)
        if not value and shape.tell is not of_table:
            return  # an ARP request without an answer; where a Linux bridge floods a tunnel
        told = self.told.get(words)
        if told is None:
            told = self.told[words] = shape.tell(*words)
        place = Place(self.document.file, f"line {number}")
        self.rows.append(
            SightingSeen(
                host=self.document.folder,
                place=place,
                mac=value,
                kind=told.kind,
                port=told.port,
                vlan=vlan_number(vlan) or told.vlan or self.vlan,
                ip=self._ip(ip, place.at) if ip else "",
                vrf=vrf_of(vrf) if vrf else self.vrf,
                edge=told.edge,
            )
        )

    def _ip(self, text: str, at: str) -> str:
        try:
            return str(ip_address(text.partition("%")[0]))
        except ValueError:
            self._complain(at, f"{text[:40]!r} is no IP address")
            return ""

    def _other(self, number: int, line: str) -> None:
        """Read a line that is no row of the table that stands open, or only with a pager's words in it."""
        line = without_pager(line)
        if not line.strip():
            self.within, self.folded = False, ""
        elif (shape := shape_under(line)) is not None:
            self._open(shape)
        elif self._is_row(number, line) or self._goes_on(line) or self._says_of_rows_below(line):
            pass
        elif prompt := prompt_of(line):
            self._ask(prompt)
        elif self.within and (_ADDRESS.search(line[:LINE_MAX]) or _NEARLY.search(line[:LINE_MAX])):
            self._complain(f"line {number}", "a row of a table that is not understood")

    def _open(self, shape: Shape | None) -> None:
        if shape is not self.shape:
            self.told = {}
        self.shape, self.within, self.folded = shape, shape is not None, ""
        if shape is None or not shape.vlan_above:
            self.vlan = 0
        if shape is None or shape.tell is not of_neighbour:
            self.vrf = ""
        self.wraps = _WRAPS_MAX  # nothing can go on before there is a row

    def _is_row(self, number: int, line: str) -> bool:
        """Take a row that the shape does not match as it stands: folded, cleaned, or of a table without a header."""
        shape, folded = self.shape, self.folded
        if len(line) > LINE_MAX:
            return False
        if shape is not None and (row := shape.match(f"{folded} {line}")):
            self._take(shape, row, number)
            return True
        if shape is not None and shape.folds and _FOLDED.match(line):
            self.folded = line.strip()
            return True
        other = shape_of_row(line)
        if other is not None and (row := other.match(line)):
            self._open(other)
            self._take(other, row, number)
        return other is not None

    def _goes_on(self, line: str) -> bool:
        """Tell whether the line goes on with the row above: more ports, or the VLAN as Huawei prints it."""
        if not (self.within and self.shape and self.rows) or self.wraps >= _WRAPS_MAX or len(line) > LINE_MAX:
            return False
        last = self.rows[-1]
        if self.shape.wraps and (ports := _PORTS_BELOW.match(line)):
            spelled = ",".join(part for part in re.split(r"[\s,]+", ports[1]) if part)
            self.rows[-1] = replace(last, port=f"{last.port},{spelled}" if last.port else spelled)
        elif self.shape.vlan_below and (vlan := _VLAN_BELOW.match(line)):
            self.rows[-1] = replace(last, vlan=vlan_number(vlan[1]))
        else:
            return False
        self.wraps += 1
        return True

    def _says_of_rows_below(self, line: str) -> bool:
        """Note the VRF or the VLAN that a line above rows tells."""
        if len(line) > LINE_MAX:
            return False
        if vrf := _VRF.match(line):
            self.vrf = "" if vrf["all"] else vrf_of(vrf["vrf"])
        elif domain := _BRIDGE_DOMAIN.match(line):
            self.vlan = vlan_number(domain["vlan"])
        else:
            return False
        return True

    def _ask(self, prompt: Prompt) -> None:
        """Begin anew with the command that a prompt shows."""
        self._open(None)
        vrf = _COMMAND_VRF.search(prompt.command)
        self.vrf = vrf_of(vrf[1]) if vrf else ""
        if prompt.name and prompt.command and prompt.name != self.owners[-1][1]:
            self.owners.append((len(self.rows), prompt.name))

    def _complain(self, at: str, reason: str) -> None:
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(self.document.file, at, reason))
        else:
            self.left_out += 1

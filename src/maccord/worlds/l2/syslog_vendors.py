"""How vendors' switches tell of addresses that move, and how often they do.

Texts and limits, with what they stand on:

- Cisco IOS: `SW_MATM-4-MACFLAP_NOTIF`, "Host [enet] in [chars] [dec] is flapping between port [chars] and port
  [chars]" (Cisco, Catalyst Switch Module System Message Guide, chapter 2; "Troubleshoot MAC Address Flap
  Notification"). No document gives an interval; published logs have the same host again after 15 s at the earliest, so
  `quiet_us` says 15 s.
- Cisco NX-OS: `L2FM-4-L2FM_MAC_MOVE2`, "Mac ... in vlan ... has moved from ... to ..."; at 10 moves of one address in
  10 s the VLAN learns nothing for 120 s, `L2FM-2-L2FM_MAC_FLAP_DISABLE_LEARN` and `..._RE_ENABLE_LEARN` (Cisco, Nexus
  9000 Series NX-OS Layer 2 Switching Configuration Guide, "Configuring Layer 2 Switching").
- Arista EOS: `ETH-4-HOST_FLAPPING`, with "(message repeated N times in S secs)" as published logs have it; the window
  and the moves in it are settings (`mac address-table notification host-flap detection window|moves`; Arista EOS User
  Manual, "Data Transfer"). Their defaults, 15 s and 3, are as remembered and not confirmed: both are parameters.
- Junos: `L2ALD_MAC_MOVE_NOTIFICATION`, "MAC Moves detected in the system", facility daemon, severity warning (Junos OS
  System Log Messages Reference); told once a second where an address moved 50 times in one second (Junos CLI reference,
  `global-mac-move`: notification-time 1, threshold-time 1, threshold-count 50). It names no address.
- H3C Comware: `MAC/4/MAC_FLAPPING`, one record per address and interval of a minute, 20 per interval (HPE FlexFabric
  5700 Layer 2 Command Reference, `mac-address notification mac-move`), with the `%%10` of what goes to log hosts
  (Comware, "Configuring the information center").
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from maccord.worlds.l2.ledger import Move
from maccord.worlds.l2.syslog import Line, Log, bsd_time, colons, dotted, hyphens

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US


class CiscoIos(Log):
    """Cisco IOS and IOS XE: one line per address and VLAN, and then none for `quiet_us`."""

    def __init__(self, switch: str, start: datetime, *, quiet_us: int = 15 * SECOND_US) -> None:
        super().__init__(switch, start)
        self.quiet_us = quiet_us
        self._told: dict[tuple[int, int], int] = {}

    def moved(self, move: Move) -> int:
        """Write a line, if the last one about this address is old enough."""
        told_us = self._told.get((move.vlan, move.mac))
        if told_us is None or move.at_us - told_us >= self.quiet_us:
            self._told[move.vlan, move.mac] = move.at_us
            at = self.when(move.at_us)
            stamp = f"{bsd_time(at)}.{at.microsecond // 1000:03}"
            self.write(
                move.at_us,
                f"{bsd_time(at)} {self.switch} {self.written + 1}: {stamp}: %SW_MATM-4-MACFLAP_NOTIF: "
                f"Host {dotted(move.mac)} in vlan {move.vlan} is flapping between port {move.old} and port {move.new}",
            )
        return 0


class CiscoNxos(Log):
    """Cisco NX-OS: one line per move; too many moves, and the VLAN stops to learn (`moves_max` 0: never)."""

    def __init__(
        self,
        switch: str,
        start: datetime,
        *,
        moves_max: int = 10,
        window_us: int = 10 * SECOND_US,
        hold_us: int = 120 * SECOND_US,
    ) -> None:
        super().__init__(switch, start)
        self.moves_max, self.window_us, self.hold_us = moves_max, window_us, hold_us
        self._recent: dict[tuple[int, int], deque[int]] = {}

    def moved(self, move: Move) -> int:
        """Write a line; at `moves_max` moves of one address within `window_us` have the VLAN stop."""
        self._tell(
            move.at_us,
            f"%L2FM-4-L2FM_MAC_MOVE2: Mac {dotted(move.mac)} in vlan {move.vlan} "
            f"has moved from {move.old} to {move.new}",
        )
        if not self.moves_max:
            return 0
        recent = self._recent.setdefault((move.vlan, move.mac), deque(maxlen=self.moves_max))
        recent.append(move.at_us)
        if len(recent) < self.moves_max or move.at_us - recent[0] > self.window_us:
            return 0
        recent.clear()
        self._tell(
            move.at_us,
            f"%L2FM-2-L2FM_MAC_FLAP_DISABLE_LEARN: Disabling learning in vlan {move.vlan} "
            f"for {self.hold_us // SECOND_US}s due to too many mac moves",
            severity=2,
        )
        return self.hold_us

    def learns_again(self, at_us: int, vlan: int) -> None:
        """Write that a VLAN learns again."""
        self._tell(at_us, f"%L2FM-2-L2FM_MAC_FLAP_RE_ENABLE_LEARN: Re-enabling learning in vlan {vlan}", severity=2)

    def _tell(self, at_us: int, text: str, severity: int = 4) -> None:
        at = self.when(at_us)
        self.write(at_us, f"{at.year} {bsd_time(at)} {self.switch} {text}", severity)


@dataclass(slots=True)
class Window:
    """Moves of one address that one line will tell of."""

    first_us: int
    last: Move
    moves: int = 1


class Gathered(Log):
    """A vendor that gathers the moves of an address for `window_us`, and then writes one line or none."""

    def __init__(self, switch: str, start: datetime, *, window_us: int) -> None:
        super().__init__(switch, start)
        self.window_us = window_us
        self._open: dict[tuple[int, int], Window] = {}

    def moved(self, move: Move) -> int:
        """Count a move in its window; a window that is over is told of first."""
        key = (move.vlan, move.mac)
        window = self._open.get(key)
        if window is not None and move.at_us - window.first_us < self.window_us:
            window.last = move
            window.moves += 1
            return 0
        if window is not None:
            self.close(window)
        self._open[key] = Window(move.at_us, move)
        return 0

    def close(self, window: Window) -> None:
        """Write the line of a window that is over, if it deserves one."""
        raise NotImplementedError

    def lines(self, now_us: int) -> list[Line]:
        """The lines so far, those of windows that ended by now included."""
        for key, window in sorted(self._open.items()):
            if now_us - window.first_us >= self.window_us:
                self.close(window)
                del self._open[key]
        return super().lines(now_us)


class AristaEos(Gathered):
    """Arista EOS: a line per window with at least `moves_min` moves."""

    FACILITY = 20
    """local4, the default of `logging facility`."""

    def __init__(self, switch: str, start: datetime, *, window_us: int = 15 * SECOND_US, moves_min: int = 3) -> None:
        super().__init__(switch, start, window_us=window_us)
        self.moves_min = moves_min

    def close(self, window: Window) -> None:
        """Write the line, with how often and in how long."""
        if window.moves < self.moves_min:
            return
        move, seconds = window.last, (window.last.at_us - window.first_us) / SECOND_US
        old, new = long_name(move.old), long_name(move.new)
        self.write(
            move.at_us,
            f"{bsd_time(self.when(move.at_us))} {self.switch} PortSec: %ETH-4-HOST_FLAPPING: Host {colons(move.mac)} "
            f"in VLAN {move.vlan} is flapping between interface {old} and interface {new} "
            f"(message repeated {window.moves} times in {seconds:.6g} secs)",
        )


class JuniperJunos(Log):
    """Junos: once a second, while some address moves `moves_min` times within `window_us`."""

    FACILITY = 3
    """daemon."""

    def __init__(
        self,
        switch: str,
        start: datetime,
        *,
        moves_min: int = 50,
        window_us: int = SECOND_US,
        quiet_us: int = SECOND_US,
    ) -> None:
        super().__init__(switch, start)
        self.moves_min, self.window_us, self.quiet_us = moves_min, window_us, quiet_us
        self._recent: dict[tuple[int, int], deque[int]] = {}
        self._told_us: int | None = None

    def moved(self, move: Move) -> int:
        """Write the line when the threshold is met and the last one is old enough."""
        recent = self._recent.setdefault((move.vlan, move.mac), deque(maxlen=self.moves_min))
        recent.append(move.at_us)
        often = len(recent) == self.moves_min and move.at_us - recent[0] <= self.window_us
        if often and (self._told_us is None or move.at_us - self._told_us >= self.quiet_us):
            self._told_us = move.at_us
            stamp = bsd_time(self.when(move.at_us))
            self.write(
                move.at_us,
                f"{stamp} {self.switch} l2ald[1987]: L2ALD_MAC_MOVE_NOTIFICATION: MAC Moves detected in the system",
            )
        return 0


class H3cComware(Gathered):
    """H3C and HPE Comware: a line per address and interval, and at most `records_max` of them per interval."""

    def __init__(self, switch: str, start: datetime, *, window_us: int = MINUTE_US, records_max: int = 20) -> None:
        super().__init__(switch, start, window_us=window_us)
        self.records_max = records_max
        self._recent: deque[int] = deque(maxlen=records_max)

    def close(self, window: Window) -> None:
        """Write the line at the end of the interval."""
        move, at_us = window.last, window.first_us + self.window_us
        if len(self._recent) == self.records_max and at_us - self._recent[0] < self.window_us:
            return
        self._recent.append(at_us)
        at = self.when(at_us)
        self.write(
            at_us,
            f"{bsd_time(at)} {at.year} {self.switch} %%10MAC/4/MAC_FLAPPING: MAC address {hyphens(move.mac)} in VLAN "
            f"{move.vlan} has moved from port {move.old} to port {move.new} for {window.moves} times",
        )


def long_name(port: str) -> str:
    """A port as Arista's log has it: Et39 is Ethernet39, Po1 Port-Channel1."""
    for short, long in (("Et", "Ethernet"), ("Po", "Port-Channel")):
        if port.startswith(short) and port[len(short) :][:1].isdigit():
            return long + port[len(short) :]
    return port

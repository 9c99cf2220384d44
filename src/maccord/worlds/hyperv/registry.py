r"""The registry values that matter, under HKLM\SOFTWARE.

Virtualization is `Microsoft\Windows NT\CurrentVersion\Virtualization`, Worker its subkey; MachineGuid is in
`Microsoft\Cryptography`. Addresses are REG_BINARY values of six octets; here they are whole numbers, None for a value
that exists and is empty.

Source: J. Howard (2008); KB2804678.
"""

from dataclasses import dataclass

from maccord.worlds.hyperv.ranges import Range


@dataclass(slots=True)
class Virtualization:
    """The key that the role brings: MinimumMacAddress, MaximumMacAddress, and Worker's CurrentMacAddress.

    root_current: the unused CurrentMacAddress of 2008 beside the other two; has_root_current tells whether it exists.
    """

    minimum: int | None = None
    maximum: int | None = None
    current: int | None = None
    has_root_current: bool = False
    root_current: int | None = None

    @property
    def range(self) -> Range | None:
        """The range, once it is populated and runs forwards."""
        if self.minimum is None or self.maximum is None or self.minimum > self.maximum:
            return None
        return Range(self.minimum, self.maximum)


@dataclass(slots=True)
class Registry:
    """A host's registry. virtualization: None until the role is there."""

    machine_guid: str
    virtualization: Virtualization | None = None

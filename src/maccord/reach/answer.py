"""What asking a platform takes and gives: a secret, whom to trust, evidence, or the reason why there is none."""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class Secret:
    """A password or token. It is spelled out by `reveal` alone, so that no log and no message shows it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._text

    def hide_in(self, text: str) -> str:
        """Return `text` with the secret blotted out wherever it stands."""
        return text.replace(self._text, "***") if self._text else text

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates count: those the system trusts, those of one file, or (insecure) anybody's."""

    ca_file: str | None = None
    insecure: bool = False

    @property
    def verify(self) -> bool | str:
        """The setting as the library requests takes it."""
        return False if self.insecure else self.ca_file or True

    def context(self) -> ssl.SSLContext:
        """Return the setting as Python's ssl takes it."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True, slots=True)
class Collected:
    """Evidence of one host or manager.

    `files` are texts by their path, with `/`, below the folder of evidence. A folder named in it, or in `folders`,
    belongs to what was asked: what an earlier collection wrote there and this one does not name is out of date.
    `unread` names files for what is there and could not be read this time: an earlier one stays. `adds` says that all
    earlier ones stay, since this is one more moment of the same thing.
    """

    source: str
    files: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """A host or manager of which there is no evidence, and why."""

    source: str
    reason: str


def reason_of(error: BaseException, secrets: Iterable[Secret] = ()) -> str:
    """Return in one line what a vendor's library complained of, without any secret in it."""
    said = getattr(error, "msg", None)
    text = said if isinstance(said, str) and said else str(error)
    for secret in secrets:
        text = secret.hide_in(text)
    text = " ".join(text.split()) or type(error).__name__
    return text if len(text) <= 400 else f"{text[:400]} ..."

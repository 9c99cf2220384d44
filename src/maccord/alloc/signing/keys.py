"""Keys of Ed25519, as PEM. `cryptography` is imported when a key is used."""

from hashlib import sha256
from typing import TYPE_CHECKING

from maccord.alloc.errors import BadKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PEM_MAX = 16_384


class Signer:
    """A private key, which signs. Nothing shows it."""

    def __init__(self, pem: bytes) -> None:
        self._key = _private(pem)
        self.public = public_pem(self._key.public_key())
        self.id = key_id(self._key.public_key())

    def __repr__(self) -> str:
        return f"Signer({self.id})"

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, 64 bytes."""
        return self._key.sign(message)


def new_private_pem() -> bytes:
    """Return a new private key: PKCS #8 without a password."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _private(pem: bytes) -> "Ed25519PrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if len(pem) > _PEM_MAX:
        raise BadKey("it is too long for a key")
    try:
        key = load_pem_private_key(pem, None)
    except TypeError:
        raise BadKey("it has a password: keep it without one, in a file that nobody else may read") from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("no private key in PEM can be read in it") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey("it is of another algorithm than Ed25519")
    return key


def read_public(pem: str) -> "Ed25519PublicKey":
    """Return the public key that a PEM text holds; raises BadKey."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    raw = pem.encode("utf-8", "replace")
    if len(raw) > _PEM_MAX:
        raise BadKey("it is too long for a key")
    if b"PRIVATE KEY" in raw:
        raise BadKey("it holds a private key, which must not leave its file: give the public part")
    try:
        key = load_pem_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("no public key in PEM can be read in it") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadKey("it is of another algorithm than Ed25519")
    return key


def public_pem(key: "Ed25519PublicKey") -> str:
    """Return a public key as PEM, always spelled alike."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_id(key: "Ed25519PublicKey") -> str:
    """Return what a key is called: the first 128 bits of SHA-256 of it, as hexadecimal."""
    return sha256(key.public_bytes_raw()).hexdigest()[:32]

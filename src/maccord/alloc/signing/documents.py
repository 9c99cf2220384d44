"""Documents into envelopes, and out of them: checked first, and read only then."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from maccord.alloc.errors import BadLease
from maccord.alloc.records.delegation import Envelope, RangeLease, Revocations, Signature
from maccord.alloc.signing.keys import Signer, read_public

T = TypeVar("T")
LEASE_TYPE = "application/vnd.maccord.range-lease+json"
REVOCATIONS_TYPE = "application/vnd.maccord.revocations+json"
BYTES_MAX = 32 * 2**20
"""How long an envelope may be; a list of revocations can be long, a lease has a few hundred bytes."""

_TYPES: dict[type[Any], tuple[str, str]] = {
    RangeLease: (LEASE_TYPE, "maccord.range-lease/1"),
    Revocations: (REVOCATIONS_TYPE, "maccord.revocations/1"),
}


def _authenticated(kind: str, body: bytes) -> bytes:
    """Return what is signed: the type and the bytes, each with its length before it.

    >>> _authenticated("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    named = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(named), named, len(body), body)


def sealed(document: RangeLease | Revocations, signer: Signer) -> Envelope:
    """Return a document in a signed envelope."""
    kind, _ = _TYPES[type(document)]
    body = msgspec.json.encode(document)
    signature = base64.b64encode(signer.sign(_authenticated(kind, body))).decode()
    return Envelope(
        payload=base64.b64encode(body).decode(),
        payload_type=kind,
        signatures=(Signature(sig=signature, keyid=signer.id),),
    )


def read_envelope(raw: bytes) -> Envelope:
    """Return the envelope that bytes hold; nothing of it is trusted yet. Raises BadLease."""
    if len(raw) > BYTES_MAX:
        raise BadLease("it is too long")
    try:
        return msgspec.json.decode(raw, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadLease(f"no signed document can be read in it: {error}") from None


def opened(envelope: Envelope, kind: type[T], keys: Iterable[str]) -> T:
    """Return the document of an envelope that one of the keys (PEM) has signed; raises BadLease, BadKey.

    Every key is tried on every signature: what an envelope says of its keys decides nothing. What is read are the very
    bytes that were checked.
    """
    wanted, schema = _TYPES[kind]
    if envelope.payload_type != wanted:
        raise BadLease(f"it is {envelope.payload_type[:80]!r}, and not {wanted!r}")
    body = _bytes(envelope.payload, "payload")
    if not _signed(envelope, body, keys):
        raise BadLease("none of the given keys has signed it: it is forged, damaged, or of a key that was not given")
    try:
        document = msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadLease(f"it is signed, and cannot be read: {error}") from None
    if getattr(document, "schema", None) != schema:
        raise BadLease(f"it is of another schema than {schema}")
    return document


def _signed(envelope: Envelope, body: bytes, keys: Iterable[str]) -> bool:
    from cryptography.exceptions import InvalidSignature

    message = _authenticated(envelope.payload_type, body)
    signatures = [_bytes(one.sig, "signature") for one in envelope.signatures]
    for key in [read_public(pem) for pem in keys]:
        for signature in signatures:
            try:
                key.verify(signature, message)
            except InvalidSignature:
                continue
            return True
    return False


def _bytes(text: str, what: str) -> bytes:
    """Return what base64 spells, in the usual alphabet or in that of URLs."""
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise BadLease(f"its {what} is no base64") from None

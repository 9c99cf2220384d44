"""Signed documents: what is believed, and that hostile bytes are refused and nothing else."""

import base64
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.alloc.errors import BadKey, BadLease
from maccord.alloc.records import Envelope, RangeLease, Revocations, Signature
from maccord.alloc.signing import Signer, new_private_pem, opened, read_envelope, read_public, sealed
from maccord.alloc.signing.documents import BYTES_MAX, LEASE_TYPE, REVOCATIONS_TYPE, _authenticated

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SIGNER, OTHER = Signer(new_private_pem()), Signer(new_private_pem())
LEASE = RangeLease(
    store="s", block=7, serial=3, pool="web", scope="global", kind="mac", delegate="b", first="02-00-00-00-00-00",
    last="02-00-00-00-00-FF", issued=NOW, not_after=NOW + timedelta(days=1),
)  # fmt: skip
SEALED = sealed(LEASE, SIGNER)
RAW = msgspec.json.encode(SEALED)
replace = msgspec.structs.replace


def test_what_was_signed_is_read():
    assert opened(read_envelope(RAW), RangeLease, [OTHER.public, SIGNER.public]) == LEASE
    assert msgspec.json.decode(RAW)["payloadType"] == LEASE_TYPE


def test_the_bytes_that_are_signed_are_those_of_the_protocol():
    """The example of the protocol's own document."""
    signed = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert _authenticated("http://example.com/HelloWorld", b"hello world") == signed


def test_either_alphabet_of_base64_is_read():
    body = base64.b64decode(SEALED.payload)
    urls = replace(
        SEALED,
        payload=base64.urlsafe_b64encode(body).decode(),
        signatures=(replace(SEALED.signatures[0], sig=SEALED.signatures[0].sig.replace("+", "-").replace("/", "_")),),
    )
    assert opened(urls, RangeLease, [SIGNER.public]) == LEASE


def test_a_name_of_a_key_decides_nothing():
    forged = sealed(LEASE, OTHER)
    named = replace(forged, signatures=(replace(forged.signatures[0], keyid=SIGNER.id),))
    with pytest.raises(BadLease, match="none of the given keys"):
        opened(named, RangeLease, [SIGNER.public])
    nameless = replace(SEALED, signatures=(replace(SEALED.signatures[0], keyid=""),))
    assert opened(nameless, RangeLease, [SIGNER.public]) == LEASE


@pytest.mark.parametrize(
    "change",
    [
        {"payload": base64.b64encode(msgspec.json.encode(replace(LEASE, serial=9))).decode()},
        {"payload": SEALED.payload + "!"},
        {"payload": ""},
        {"signatures": ()},
        {"signatures": (Signature(sig=""),)},
        {"signatures": (Signature(sig="AAAA"),) * 16},
        {"payload_type": "application/json"},
        {"payload_type": REVOCATIONS_TYPE},
    ],
)
def test_what_was_changed_is_not_believed(change):
    with pytest.raises(BadLease):
        opened(replace(SEALED, **change), RangeLease, [SIGNER.public])


def test_a_document_of_one_kind_is_none_of_another():
    listed = sealed(Revocations(store="s", issued=NOW), SIGNER)
    assert opened(listed, Revocations, [SIGNER.public]).leases == ()
    with pytest.raises(BadLease):
        opened(listed, RangeLease, [SIGNER.public])
    with pytest.raises(BadLease):  # the type is signed: it cannot be exchanged
        opened(replace(listed, payload_type=LEASE_TYPE), RangeLease, [SIGNER.public])


def test_keys_of_other_kinds_are_refused():
    curve = generate_private_key(SECP256R1())
    pem = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(BadKey, match="another algorithm"):
        Signer(pem)
    with pytest.raises(BadKey, match="another algorithm"):
        read_public(public)
    with pytest.raises(BadKey, match="must not leave"):
        read_public(new_private_pem().decode())
    for raw in (b"", b"\xff" * 99, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"x" * 99_999):
        with pytest.raises(BadKey):
            Signer(raw)


def test_a_private_key_says_nothing_of_itself():
    pem = new_private_pem()
    assert pem.decode().splitlines()[1] not in repr(Signer(pem)) + str(vars(Signer(pem)))


def test_what_is_too_long_is_not_read():
    with pytest.raises(BadLease, match="too long"):
        read_envelope(b" " * (BYTES_MAX + 1))
    with pytest.raises(BadLease):
        read_envelope(b"[" * 100_000)


@given(st.binary(max_size=300))
def test_no_bytes_are_an_exception(raw):
    for read in (read_envelope, Signer, lambda one: read_public(one.decode("latin-1"))):
        try:
            read(raw)
        except (BadLease, BadKey):
            continue


@settings(max_examples=200)
@given(st.data())
def test_a_signed_document_with_one_bit_turned_is_refused_or_says_the_same(data):
    at = data.draw(st.integers(0, len(RAW) - 1))
    raw = bytearray(RAW)
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = opened(read_envelope(bytes(raw)), RangeLease, [SIGNER.public])
    except BadLease:
        return
    assert found == LEASE  # a space, the hint which key it is, or unused bits of base64


def anything():
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(RangeLease.__struct_fields__), one),
        max_leaves=10,
    )


@given(anything())
def test_a_signed_payload_of_any_shape_is_read_or_refused(value):
    body = msgspec.json.encode(value)
    signature = base64.b64encode(SIGNER.sign(_authenticated(LEASE_TYPE, body))).decode()
    envelope = Envelope(
        payload=base64.b64encode(body).decode(), payload_type=LEASE_TYPE, signatures=(Signature(sig=signature),)
    )
    with pytest.raises(BadLease, match="cannot be read"):
        opened(envelope, RangeLease, [SIGNER.public])

"""Signed documents: an envelope over exact bytes, and keys that sign and check it.

What is signed are the bytes that the envelope carries, with their type and both lengths before them: so there is no
canonical spelling of JSON that two programs could differ about, nothing is parsed before it is known whose it is, and
a document of one type is never taken for one of another. The signature is Ed25519: one algorithm, no parameters to
choose, and so nothing that could be talked down.

Source: DSSE 1.0.2, "Protocol" (PAE) and "Envelope"; RFC 8032 (Ed25519); RFC 8410 (its keys in PEM).
"""

from maccord.alloc.signing.documents import BYTES_MAX, LEASE_TYPE, REVOCATIONS_TYPE, opened, read_envelope, sealed
from maccord.alloc.signing.keys import Signer, key_id, new_private_pem, public_pem, read_public

__all__ = [
    "BYTES_MAX",
    "LEASE_TYPE",
    "REVOCATIONS_TYPE",
    "Signer",
    "key_id",
    "new_private_pem",
    "opened",
    "public_pem",
    "read_envelope",
    "read_public",
    "sealed",
]

"""Keys for tests, and a store that leases ranges with one."""

from maccord.alloc.signing import Signer, new_private_pem
from tests.kit.stores import ACTOR, spec


def leasing(stores, *, pool="web", **more):
    """Return a centre with a pool and a key that signs, and that key."""
    centre = stores.open()
    centre.create_pool(spec(pool, **more), actor=ACTOR)
    return centre, signing(centre)


def signing(authority):
    """Let an authority sign with a new key; return it."""
    signer = Signer(new_private_pem())
    authority.add_signing_key(signer.public, actor=ACTOR)
    authority.sign_with(signer)
    return signer

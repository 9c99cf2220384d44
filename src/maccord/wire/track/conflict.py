"""The verdict on one IP address that two hosts answer for."""

from maccord.mac.blocks import block_of
from maccord.wire.records import Domain
from maccord.wire.track.detectors import conflict_seen_by
from maccord.wire.track.owners import Owners
from maccord.wire.track.settings import Settings
from maccord.wire.track.verdict import Post, Verdict


def conflict_verdict(fabric: int, domain: Domain, ip: str, owners: Owners, settings: Settings) -> Verdict | None:
    """Return the verdict on an IP address; None where it has one owner at a time."""
    if len(owners.claims) < 2 or not owners.is_conflict(settings.window_ns):
        return None
    shared = [one for one in owners.claims if (block := block_of(one.mac)) is not None and block.twin is not None]
    if len(shared) > 1 or (shared and len(owners.claims) - len(shared) < 1):
        return None  # several virtual routers answer for one address by design (GLBP)
    returns = owners.returns_within(settings.window_ns)
    reasons = []
    if owners.told:
        reasons.append(f"a device reports it: {owners.told}")
    if owners.crowded:
        reasons.append(f"more than {len(owners.claims)} addresses claim it")
    if returns:
        reasons.append(f"ownership went back and forth {len(returns)} times within {settings.window_s} s, unannounced")
    both = owners.both_within(settings.window_ns)
    if both:
        reasons.append(f"both answered one ARP request {both} times")
    claims = sorted(owners.claims, key=lambda one: (one.mac, one.at))
    posts = tuple(Post(one.at, one.first_ns, one.last_ns, one.claims, 0, (ip,), mac=one.mac) for one in claims)
    return Verdict(
        kind="ip-conflict",
        fabric=fabric,
        domain=domain,
        macs=tuple(one.mac for one in claims),
        posts=posts,
        first_ns=min(one.first_ns for one in claims),
        last_ns=max(one.last_ns for one in claims),
        ip=ip,
        moves=len(owners.turns),
        returns=sum(one.back for one in owners.turns),
        reasons=tuple(reasons),
        undecided=("An inventory would tell whether both addresses belong to one host (a bond, two NICs).",),
        seen_by=conflict_seen_by(announced=[one.announced for one in claims]),
        certainty=0.95 if both or owners.told else 0.85,
    )

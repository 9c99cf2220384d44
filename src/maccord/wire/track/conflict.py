"""The verdict on one IP address that two hosts answer for."""

from msgspec.structs import replace

from maccord.mac.blocks import block_of
from maccord.wire.records import Domain
from maccord.wire.track.detectors import conflict_seen_by
from maccord.wire.track.owners import Contest, Owners
from maccord.wire.track.settings import Settings
from maccord.wire.track.verdict import Post, Verdict


def conflict_verdicts(fabric: int, domain: Domain, ip: str, contest: Contest, settings: Settings) -> list[Verdict]:
    """Return the verdicts on an IP address: what each observer saw by itself, else what all saw together.

    What several saw at the same time is one conflict.
    """
    told = (_verdict(fabric, domain, ip, contest.by_observer[name], settings) for name in sorted(contest.by_observer))
    found = [one for one in told if one is not None]
    if not found:
        together = _verdict(fabric, domain, ip, contest.whole, settings)
        return [together] if together is not None else []
    merged: list[Verdict] = []
    for one in sorted(found, key=lambda one: (one.first_ns, one.places)):
        last = merged[-1] if merged else None
        if last is None or one.first_ns > last.last_ns:
            merged.append(one)
            continue
        best = max(last, one, key=lambda each: (each.certainty, each.returns))
        posts = {(post.at, post.mac): post for post in (*last.posts, *one.posts)}
        merged[-1] = replace(
            best,
            macs=tuple(sorted({*last.macs, *one.macs})),
            posts=tuple(posts[key] for key in sorted(posts, key=lambda key: (key[1] or 0, key[0]))),
            first_ns=last.first_ns,
            last_ns=max(last.last_ns, one.last_ns),
        )
    return merged


def _verdict(fabric: int, domain: Domain, ip: str, owners: Owners, settings: Settings) -> Verdict | None:
    if len(owners.claims) < (1 if owners.told else 2) or not owners.is_conflict(settings.window_ns):
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
    claims = sorted(owners.contenders(settings.window_ns), key=lambda one: (one.mac, one.at))
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

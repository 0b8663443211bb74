"""Activities about posts and people, without context (federation, sections 4.4 to 4.9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fedisw.federation.represent.status import Addressing, Posted, addressing
from fedisw.model.accounts import Account
from fedisw.model.policies import HELD
from fedisw.model.statuses import Visibility
from fedisw.vocab import build
from fedisw.vocab.build_notes import build_vote
from fedisw.vocab.names import PUBLIC
from fedisw.vocab.read import Document

OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)


def announce(posted: Posted) -> Document:
    """A boost, told to the followers of who boosts and to the author."""
    status, original = posted.view.status, posted.view.shown
    address = boost_addressing(status.visibility, posted.view.account, author_uri=original.account.uri)
    return build.announce(
        id=status.uri,
        actor=posted.view.account.uri,
        object=original.status.uri,
        to=address.to,
        cc=address.cc,
        published=status.created_at,
        approved_by="" if status.approval in HELD else status.approval,
    )


def undo_announce(
    *, id: str, booster: Account, boost_uri: str, object_uri: str, author_uri: str, visibility: Visibility
) -> Document:
    """A boost taken back; the boost stands inside (section 4.1)."""
    address = boost_addressing(visibility, booster, author_uri=author_uri)
    inner = build.announce(id=boost_uri, actor=booster.uri, object=object_uri, to=address.to, cc=address.cc)
    return build.undo(id=id, actor=booster.uri, object=inner, to=address.to, cc=address.cc)


def boost_addressing(visibility: Visibility, booster: Account, *, author_uri: str) -> Addressing:
    """As a post's, with the author of what is boosted among those named."""
    plain = addressing(visibility, booster, ())
    named = (author_uri,) if author_uri and author_uri != booster.uri else ()
    return Addressing(to=plain.to, cc=(*plain.cc, *named))


def delete_addressing(author: Account, named: Sequence[Account], *, public: bool) -> Addressing:
    """A deleted post was for everybody, or for those named, or for the followers."""
    if public:
        return Addressing(to=(PUBLIC,), cc=(f"{author.uri}/followers",))
    return Addressing(to=tuple(account.uri for account in named) or (f"{author.uri}/followers",))


def follow(*, uri: str, follower_uri: str, target_uri: str) -> Document:
    """The Follow as it was sent, by whichever side; the inside of Accept, Reject and Undo."""
    return build.follow(id=uri, actor=follower_uri, object=target_uri)


def vote(*, uri: str, voter: Account, question_uri: str, option: str, author_uri: str, now: datetime) -> Document:
    """A vote: a Create with nothing but the option's text, for the poll's author only (section 4.8)."""
    ballot = build_vote(id=uri, attributed_to=voter.uri, question=question_uri, option=option, to=author_uri)
    return {**build.create(actor=voter.uri, object=ballot), "published": build.iso(now)}

"""Jobs about consent between servers: to answers, likes, boosts and recommendations (federation, section 4.12)."""

from __future__ import annotations

from fedisw.jobs.work import Publish, PublishPost


class Answer(Publish, frozen=True, kw_only=True):
    """Accept or Reject of something that is named, not kept: with `agreed` it is yes.

    `about` is the id of what is answered. With `request` (its type) that stands inside, made of `object_uri` and
    `instrument_uri`; without, it is given by its id. `stamp` is the address of our consent.
    """

    account_id: int
    asker_id: int
    agreed: bool
    about: str
    request: str = ""
    object_uri: str = ""
    instrument_uri: str = ""
    stamp: str = ""


class PublishApproved(PublishPost, frozen=True, kw_only=True):
    """Create or Announce, now to everybody: the author of the other post agreed."""


class WithdrawFeature(Publish, frozen=True, kw_only=True):
    """Delete of a stamp: somebody here does not want to stand in a collection of another server any more."""

    account_id: int
    asker_id: int
    consent_id: int

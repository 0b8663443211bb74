"""Everything between a viewer and other accounts, in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, LargeBinary, Text, bindparam, cast, literal, null, or_, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.relations import Relationship
from fedisw.storage.db import Tx
from fedisw.storage.statements import IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.profiles import account_notes, endorsements
from fedisw.storage.tables.relations import blocks, follows, host_blocks, mutes

_VIEWER: ColumnElement[Any] = bindparam("viewer_id")
_NO_BYTES, _NO_TIME, _NO_TEXT = (
    cast(null(), kind) for kind in (LargeBinary, BigInteger, Text)
)  # PostgreSQL wants to know the type of a NULL
F, B, M, H, E, N = follows.c, blocks.c, mutes.c, host_blocks.c, endorsements.c, account_notes.c


class _Row(msgspec.Struct):
    kind: str
    other_id: int
    first: bool
    second: bool
    third: bool
    languages: bytes | None
    until: datetime | None
    note: str | None


def _columns(
    kind: str,
    other: ColumnElement[Any],
    *flags: ColumnElement[Any],
    languages: ColumnElement[Any] | None = None,
    until: ColumnElement[Any] | None = None,
    note: ColumnElement[Any] | None = None,
) -> list[ColumnElement[Any]]:
    """The columns of one branch; what it has nothing to say about is false or NULL."""
    given = [*flags, *(literal(value=False) for _ in range(3 - len(flags)))]
    return [
        literal(kind).label("kind"),
        other.label("other_id"),
        *(flag.label(name) for flag, name in zip(given, ("first", "second", "third"), strict=True)),
        (_NO_BYTES if languages is None else languages).label("languages"),
        (_NO_TIME if until is None else until).label("until"),
        (_NO_TEXT if note is None else note).label("note"),
    ]


BETWEEN = Query(
    _Row,
    union_all(
        select(*_columns("following", F.target_id, F.accepted, F.shows_reblogs, F.notifies, languages=F.languages)).where(
            F.follower_id == _VIEWER, IdIn(F.target_id, "ids")
        ),
        select(*_columns("follower", F.follower_id, F.accepted)).where(F.target_id == _VIEWER, IdIn(F.follower_id, "ids")),
        select(*_columns("blocking", B.target_id)).where(B.account_id == _VIEWER, IdIn(B.target_id, "ids")),
        select(*_columns("blocked", B.account_id)).where(B.target_id == _VIEWER, IdIn(B.account_id, "ids")),
        select(*_columns("muting", M.target_id, M.hides_notifications, until=M.expires_at)).where(
            M.account_id == _VIEWER, IdIn(M.target_id, "ids"), or_(M.expires_at.is_(None), M.expires_at > bindparam("now"))
        ),
        select(*_columns("host", accounts.c.id))
        .join(host_blocks, H.host == accounts.c.host)
        .where(H.account_id == _VIEWER, IdIn(accounts.c.id, "ids")),
        select(*_columns("endorsed", E.target_id)).where(E.account_id == _VIEWER, IdIn(E.target_id, "ids")),
        select(*_columns("noted", N.target_id, note=N.comment)).where(N.account_id == _VIEWER, IdIn(N.target_id, "ids")),
    ),
)


def between(tx: Tx, viewer_id: int, ids: Sequence[int], *, now: datetime) -> list[Relationship]:
    """What lies between the viewer and each of `ids`, in the order given, each once."""
    rows = defaultdict[int, dict[str, _Row]](dict)
    for row in tx.all(BETWEEN, viewer_id=viewer_id, ids=list(ids), now=now):
        rows[row.other_id][row.kind] = row
    return [_relationship(other, rows[other]) for other in dict.fromkeys(ids)]


def _relationship(other: int, rows: dict[str, _Row]) -> Relationship:
    following, follower, muting = rows.get("following"), rows.get("follower"), rows.get("muting")
    accepted = following is not None and following.first
    return Relationship(
        id=other,
        following=accepted,
        requested=following is not None and not accepted,
        showing_reblogs=following is not None and accepted and following.second,
        notifying=following is not None and accepted and following.third,
        languages=msgspec.json.decode(following.languages, type=tuple[str, ...]) if following and following.languages else (),
        followed_by=follower is not None and follower.first,
        requested_by=follower is not None and not follower.first,
        blocking="blocking" in rows,
        blocked_by="blocked" in rows,
        muting=muting is not None,
        muting_notifications=muting is not None and muting.first,
        muting_expires_at=muting.until if muting else None,
        domain_blocking="host" in rows,
        endorsed="endorsed" in rows,
        note=(rows["noted"].note or "") if "noted" in rows else "",
    )

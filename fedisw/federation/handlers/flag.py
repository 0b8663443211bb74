"""Flag: another server complains about somebody here (federation, section 4.9)."""

from __future__ import annotations

from typing import Final

from fedisw.federation import policy
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.services import reports
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, statuses
from fedisw.vocab.activities import Flag

MAX_COMMENT: Final = 5_000  # characters kept (federation, section 4.9)
MAX_NAMED: Final = 50  # things reported at once


async def handle_flag(peer: Peer, sender: Account, flag: Flag) -> None:
    """Flag: one report for each id, about the accused and those of the posts that are theirs.

    The accused may be missing (only posts are named); Misskey names posts in the lines of the text.
    """
    if sender.host is not None and await peer.db.read(policy.rejects_reports, sender.host):
        raise NotWanted("reports of this server are not taken")
    in_text = [word for word in flag.content.split() if peer.owns(word)]
    named = [uri for uri in dict.fromkeys((*flag.objects, *in_text)) if peer.owns(uri)][:MAX_NAMED]
    target_uri = await peer.db.read(_accused, named)
    if target_uri is None:
        raise NotWanted("about nobody here")
    await apply(
        peer,
        flag,
        reports.report_by_remote,
        reporter=sender,
        target_uri=target_uri,
        status_uris=[uri for uri in named if uri != target_uri],
        comment=flag.content[:MAX_COMMENT],
        uri=flag.id or "",
        report_id=peer.new_id(),
        now=peer.now(),
    )


def _accused(tx: Tx, named: list[str]) -> str | None:
    """The account that is named, else the author of a post that is."""
    for uri in named:
        account = accounts.find_by_uri(tx, uri)
        if account is not None and account.local:
            return account.uri
    for uri in named:
        status = statuses.find_by_uri(tx, uri)
        if status is not None and status.local:
            return accounts.get(tx, status.account_id).uri
    return None

"""Flag: another server complains about somebody here (federation, section 4.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fedisw.federation import policy
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.services import reports
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, statuses
from fedisw.storage.queries import reports as known_reports
from fedisw.vocab.activities import Envelope, Flag

MAX_COMMENT: Final = 5_000  # characters kept (federation, section 4.9)
MAX_NAMED: Final = 50  # things reported at once
MAX_DIGITS: Final = 19  # of an id


async def handle_flag(peer: Peer, sender: Account, flag: Flag) -> None:
    """Flag: one report for each id, about the accused and those of the posts that are theirs.

    The accused may be missing (only posts are named); Misskey names posts by their pages in the lines of the text;
    Lemmy and Mbin address a group, which says nothing about who is accused.
    """
    if sender.host is not None and await peer.db.read(policy.rejects_reports, sender.host):
        raise NotWanted("reports of this server are not taken")
    in_text = [word for word in flag.content.split() if peer.owns(word)]
    named = [uri for uri in dict.fromkeys((*flag.objects, *in_text)) if peer.owns(uri)][:MAX_NAMED]
    named = await peer.db.read(_ids, named, str(peer.origin))
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


async def handle_wrapped(peer: Peer, sender: Account, announce: Envelope, flag: Flag) -> None:
    """A Flag that a group passes on to servers with moderators (Mbin): a report by the group's server.

    Its id was made elsewhere and proves nothing, so that it is kept under a name of its own.
    """
    if flag.id is not None and await peer.db.read(known_reports.exists, flag.id):
        raise NotWanted("reported before")
    uri = f"{flag.id or announce.id}#announced"
    await handle_flag(peer, sender, replace(flag, id=uri))


def _ids(tx: Tx, named: list[str], origin: str) -> list[str]:
    """What is named, pages of people and posts as the ids of these."""
    return [_id_of(tx, uri.removeprefix(f"{origin}/@"), otherwise=uri) if uri.startswith(f"{origin}/@") else uri for uri in named]


def _id_of(tx: Tx, page: str, *, otherwise: str) -> str:
    name, _, number = page.partition("/")
    account = accounts.find_local(tx, name)
    if account is None:
        return otherwise
    status = statuses.find(tx, int(number)) if number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS else None
    if status is not None:
        return status.uri if status.account_id == account.id else otherwise
    return otherwise if number else account.uri


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

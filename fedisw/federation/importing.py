"""Working through lists from other servers: people and posts are looked up there, thirty lines a minute."""

from __future__ import annotations

from typing import Final, assert_never

from fedisw.federation import resolve
from fedisw.federation.context import Peer
from fedisw.jobs.own import RunImport
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Invalid, NotFound
from fedisw.model.lists import RepliesPolicy
from fedisw.model.urls import Origin, activity_uri
from fedisw.services import blocking, following, importing, interactions
from fedisw.services import lists as list_services
from fedisw.services.following import Wish
from fedisw.services.importing import A_TIME, Kind
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, imports, lists, portability
from fedisw.storage.queries.imports import Import

NO: Final = frozenset({"false", "0", "no", "f"})


async def run_import(peer: Peer, job: RunImport) -> None:
    """Some lines of a file, then the next ones by another job; at the end, what a replacing file lacks goes."""
    item = await peer.db.read(imports.find, job.import_id)
    account = await peer.db.read(accounts.find, item.account_id) if item is not None else None
    if item is None or account is None or not account.usable or item.finished_at is not None or item.done != job.done:
        return
    if item.done >= item.total:
        if item.replaces:
            await _remove_others(peer, account, item)
        await peer.db.write(imports.finish, item.id, now=peer.now())
        return
    some = item.lines[item.done : item.done + A_TIME]
    failed = 0
    for line in some:
        try:
            await _take(peer, account, Kind(item.kind), line)
        except FediswError:
            failed += 1  # unknown, out of reach, or not wanted: the person sees how many
    await peer.db.write(importing.note_step, item=item, done=item.done + len(some), failed=failed, now=peer.now())


async def _take(peer: Peer, account: Account, kind: Kind, line: tuple[str, ...]) -> None:
    """Do what one line asks for; an error of ours when that is not possible."""
    match kind:
        case Kind.FOLLOWING:
            await _follow(peer, account, await _person(peer, account, line[0]), line)
        case Kind.MUTED:
            await _mute(peer, account, await _person(peer, account, line[0]), hides=_said(line, 1))
        case Kind.BLOCKED:
            await _block(peer, account, await _person(peer, account, line[0]))
        case Kind.HOSTS:
            host = Origin.of(f"https://{line[0]}").authority
            await peer.db.write(blocking.block_host, account=account, host=host, block_id=peer.new_id(), now=peer.now())
        case Kind.BOOKMARKS:
            await _save(peer, account, line[0])
        case Kind.LISTS:
            await _put_on_list(peer, account, line)
        case _:
            assert_never(kind)


async def _person(peer: Peer, account: Account, acct: str) -> Account:
    username, _, host = acct.removeprefix("@").partition("@")
    found = await resolve.handle(peer, username, host or None, by=account)
    if found is None or found.id == account.id:
        raise NotFound("account", acct)
    return found


async def _follow(peer: Peer, account: Account, target: Account, line: tuple[str, ...]) -> None:
    languages = tuple(code.strip() for code in (line[3] if len(line) > 3 else "").split(",") if code.strip())
    wish = Wish(
        shows_reblogs=_said(line, 1),
        notifies=_said(line, 2, otherwise=False),
        languages=following.check_languages(languages),
    )
    follow_id = peer.new_id()
    uri = activity_uri(peer.origin, follow_id)
    await peer.db.write(
        following.request_follow, follower=account, target=target, uri=uri, follow_id=follow_id, now=peer.now(), wish=wish
    )


async def _mute(peer: Peer, account: Account, target: Account, *, hides: bool) -> None:
    await peer.db.write(
        blocking.mute,
        account_id=account.id,
        target_id=target.id,
        mute_id=peer.new_id(),
        now=peer.now(),
        hides_notifications=hides,
    )


async def _block(peer: Peer, account: Account, target: Account) -> None:
    block_id = peer.new_id()
    uri = activity_uri(peer.origin, block_id)
    await peer.db.write(blocking.block, account=account, target=target, uri=uri, block_id=block_id, now=peer.now())


async def _save(peer: Peer, account: Account, uri: str) -> None:
    status = await resolve.status(peer, uri, by=account)
    if status is None:
        raise NotFound("status", uri)
    await peer.db.write(
        interactions.bookmark, account_id=account.id, status_id=status.id, bookmark_id=peer.new_id(), now=peer.now()
    )


async def _put_on_list(peer: Peer, account: Account, line: tuple[str, ...]) -> None:
    if len(line) < 2:
        raise Invalid("file", "names nobody for a list")
    person = await _person(peer, account, line[1])
    await peer.db.write(_listed, account.id, line[0], person.id, peer)


def _listed(tx: Tx, account_id: int, title: str, person_id: int, peer: Peer) -> None:
    """Onto the list with this title, made where there is none; somebody who is there stays."""
    plain = list_services.check_title(title)
    known = next((one for one in lists.of_account(tx, account_id) if one.title == plain), None)
    wanted = known or list_services.create(
        tx,
        account_id=account_id,
        title=plain,
        replies_policy=RepliesPolicy.LIST,
        exclusive=False,
        list_id=peer.new_id(),
        now=peer.now(),
    )
    if all(one.id != wanted.id for one in lists.with_member(tx, owner_id=account_id, account_id=person_id)):
        list_services.add_members(tx, account_id=account_id, list_id=wanted.id, member_ids=[person_id], new_id=peer.new_id)


def _said(line: tuple[str, ...], at: int, *, otherwise: bool = True) -> bool:
    """A yes or no of a line; `otherwise` where it says nothing."""
    text = line[at].lower() if len(line) > at else ""
    return text not in NO if text else otherwise


async def _remove_others(peer: Peer, account: Account, item: Import) -> None:
    """What is here and not in the file goes; compared by names, so that a line that could not be read keeps its person."""
    own = peer.account_domain.lower()
    kept = {_name(line[0], own) for line in item.lines}
    match Kind(item.kind):
        case Kind.FOLLOWING:
            for followed in await peer.db.read(portability.followed, account.id):
                if _name(f"{followed.username}@{followed.host or own}", own) not in kept:
                    await peer.db.write(_unfollow, account, followed.username, followed.host)
        case Kind.MUTED:
            for muted in await peer.db.read(portability.muted, account.id):
                if _name(f"{muted.username}@{muted.host or own}", own) not in kept:
                    await peer.db.write(_unmute, account, muted.username, muted.host)
        case Kind.BLOCKED:
            for blocked in await peer.db.read(portability.blocked, account.id):
                if _name(f"{blocked.username}@{blocked.host or own}", own) not in kept:
                    await peer.db.write(_unblock, account, blocked.username, blocked.host)
        case Kind.HOSTS:
            for host in await peer.db.read(portability.hosts, account.id):
                if host not in {line[0].lower() for line in item.lines}:
                    await peer.db.write(blocking.unblock_host, account_id=account.id, host=host)
        case Kind.BOOKMARKS:
            for status_id, uri in await peer.db.read(portability.saved, account.id):
                if uri not in {line[0] for line in item.lines}:
                    await peer.db.write(interactions.unbookmark, account_id=account.id, status_id=status_id)
        case Kind.LISTS:
            titles = {line[0] for line in item.lines}
            for one in await peer.db.read(lists.of_account, account.id):
                if one.title not in titles:
                    await peer.db.write(list_services.remove, account_id=account.id, list_id=one.id)


def _name(acct: str, own: str) -> str:
    username, _, host = acct.removeprefix("@").lower().partition("@")
    return f"{username}@{host or own}"


def _unfollow(tx: Tx, account: Account, username: str, host: str | None) -> None:
    other = accounts.find_by_handle(tx, username, host)
    if other is not None:
        following.unfollow(tx, follower=account, target=other)


def _unmute(tx: Tx, account: Account, username: str, host: str | None) -> None:
    other = accounts.find_by_handle(tx, username, host)
    if other is not None:
        blocking.unmute(tx, account_id=account.id, target_id=other.id)


def _unblock(tx: Tx, account: Account, username: str, host: str | None) -> None:
    other = accounts.find_by_handle(tx, username, host)
    if other is not None:
        blocking.unblock(tx, account=account, target=other)

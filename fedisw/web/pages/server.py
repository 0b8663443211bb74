"""The server as its own pages describe it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from fedisw.model.accounts import Account, Reach, Role
from fedisw.services import instance
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, users
from fedisw.web.house_rules import starting_rules
from fedisw.web.keys import DB, NOW, SETTINGS, translator_of
from fedisw.web.pages.views import ServerView
from fedisw.web.people import person_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database knows: the owner, if everybody may see their name, and how many people and posts there are."""

    owner: Account | None
    members: int
    posts: int


async def server_of(request: web.Request) -> ServerView:
    """Name, rules, contact and size."""
    settings = request.app[SETTINGS]
    facts = await request.app[DB].read(_facts, now=request.app[NOW]())
    return ServerView(
        name=settings.instance.name,
        domain=settings.account_domain,
        contact=None if facts.owner is None else person_of(request.app, facts.owner),
        rules=starting_rules(translator_of(request)),
        members=facts.members,
        posts=facts.posts,
    )


def _facts(tx: Tx, *, now: datetime) -> Facts:
    usage = instance.usage(tx, now=now)
    return Facts(owner=_owner(tx), members=usage.users, posts=usage.posts)


def _owner(tx: Tx) -> Account | None:
    for account_id in users.staff_ids(tx):
        user, account = users.find(tx, account_id), accounts.find(tx, account_id)
        if user is not None and account is not None and user.role is Role.OWNER:
            return account if account.usable and account.reach is not Reach.MEMBERS else None
    return None

"""The server as its own pages describe it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from fedisw.i18n import Translator
from fedisw.model.accounts import Account, Reach, Role
from fedisw.services import instance
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, users
from fedisw.storage.queries.instance import Rule as StoredRule
from fedisw.storage.queries.instance import all_rules
from fedisw.web.house_rules import Rule, starting_rules
from fedisw.web.keys import DB, NOW, translator_of
from fedisw.web.pages.views import ServerView
from fedisw.web.people import person_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database knows of the server."""

    owner: Account | None
    members: int
    posts: int
    rules: list[StoredRule]


async def server_of(request: web.Request) -> ServerView:
    """Rules, contact and size."""
    facts = await request.app[DB].read(_facts, now=request.app[NOW]())
    return ServerView(
        contact=None if facts.owner is None else person_of(request.app, facts.owner),
        rules=spoken(facts.rules, translator_of(request)),
        members=facts.members,
        posts=facts.posts,
    )


def spoken(stored: list[StoredRule], words: Translator) -> tuple[Rule, ...]:
    """The rules as their authors wrote them; those that every server starts with until there are any."""
    return tuple(Rule(text=rule.text, hint=rule.hint) for rule in stored) or starting_rules(words)


def _facts(tx: Tx, *, now: datetime) -> Facts:
    usage = instance.usage(tx, now=now)
    return Facts(owner=_owner(tx), members=usage.users, posts=usage.posts, rules=all_rules(tx))


def _owner(tx: Tx) -> Account | None:
    """Who runs the server, if everybody may see them."""
    owner_id = users.first_with_role(tx, Role.OWNER)
    owner = None if owner_id is None else accounts.find(tx, owner_id)
    return owner if owner is not None and owner.usable and owner.reach is Reach.PUBLIC else None

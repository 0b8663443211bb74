"""A server that has lived for a while: people here and elsewhere, who follow each other and have posted.

The rows are written in batches, straight through the tables; the same seed gives the same rows on both databases.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from sqlalchemy import Table, insert

from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.accounts import Account, ActorKey, ActorType, KeyKind, User
from fedisw.model.ids import id_at
from fedisw.model.media import Media, MediaKind
from fedisw.model.notifications import NotificationType
from fedisw.model.oauth import App, Token
from fedisw.model.relations import Block, Favourite, Follow, Mute
from fedisw.model.statuses import Mention, Status, Tag, Visibility
from fedisw.model.urls import Origin, activity_uri, actor_uri, object_uri
from fedisw.storage.db import Database, Tx
from fedisw.storage.statements import Command
from fedisw.storage.tables.accounts import accounts, actor_keys, users
from fedisw.storage.tables.lists import notifications
from fedisw.storage.tables.oauth import apps, tokens
from fedisw.storage.tables.relations import blocks, favourites, follows, mutes
from fedisw.storage.tables.statuses import home_feed, media, mentions, status_tags, statuses, tags
from fedisw.storage.values import to_millis

BATCH = 5_000  # rows a unit
FEED = 800  # rows of a home feed
FOLLOWERS = 1_000  # accounts elsewhere that follow somebody here
SPAN = timedelta(days=30)  # all posts lie in it
TEXT = (
    "supervision case family school housing benefit youth elder care shelter training union caseload visit plan team "
    "report safety child foster parent hospital discharge refugee language court hearing budget volunteer community "
    "street outreach addiction recovery group session evening phone listening trust boundary rest practice research"
)
WORDS = tuple(TEXT.split())
PEERS = tuple(f"https://peer{number}.test" for number in range(40))  # the other servers, unless told otherwise
VISIBILITIES = (*[Visibility.PUBLIC] * 16, *[Visibility.UNLISTED] * 2, Visibility.PRIVATE, Visibility.DIRECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is; a part of the accounts lives here, the others on other servers."""

    accounts: int = 1_000
    local: int = 200
    posts: int = 100_000
    followed: int = 100  # by each local person
    tags: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What was made."""

    local: tuple[Account, ...]
    remote: tuple[Account, ...]
    follows: tuple[Follow, ...]
    posts: tuple[Status, ...]
    tags: tuple[Tag, ...]


class Maker:
    """Makes the values; nothing is written yet."""

    def __init__(self, size: Size, *, origin: Origin, now: datetime, peers: Sequence[str] = PEERS, seed: int = 1) -> None:
        self._size, self._origin, self._now, self._peers = size, origin, now, peers
        self._random = Random(seed)
        self._start = to_millis(now - SPAN)
        self._count = 0

    def world(self) -> World:
        """Everybody and everything."""
        local = tuple(self._account(number, None) for number in range(self._size.local))
        remote = tuple(
            self._account(number, self._peers[number % len(self._peers)]) for number in range(self._size.accounts - len(local))
        )
        made = World(
            local=local,
            remote=remote,
            follows=tuple(self._follows(local, remote)),
            posts=tuple(self._posts((*local, *remote))),
            tags=tuple(Tag(id=self._id(), name=f"tag{number}", display=f"Tag{number}") for number in range(self._size.tags)),
        )
        return _counted(made)

    def _id(self, millis: int | None = None) -> int:
        self._count += 1
        return id_at(self._start if millis is None else millis, low=self._count)

    def _account(self, number: int, peer: str | None) -> Account:
        account_id, base = self._id(), peer or str(self._origin)
        name = f"person{number}" if peer is None else f"peer{number}"
        uri = actor_uri(self._origin, account_id) if peer is None else f"{base}/users/{name}"
        return Account(
            id=account_id,
            username=name,
            host=None if peer is None else Origin.of(base).authority,
            uri=uri,
            url=f"{base}/@{name}",
            actor_type=ActorType.PERSON,
            display_name=f"Person {number}",
            note=f"<p>{self._text(12)}</p>",
            inbox_uri=f"{uri}/inbox",
            shared_inbox_uri=f"{base}/inbox",
            outbox_uri=f"{uri}/outbox",
            followers_uri=f"{uri}/followers",
            following_uri=f"{uri}/following",
            discoverable=True,
            created_at=self._now - SPAN,
            updated_at=self._now - SPAN,
            fetched_at=self._now,
        )

    def _follows(self, local: Sequence[Account], remote: Sequence[Account]) -> Iterator[Follow]:
        everybody = [*local, *remote]
        for follower in local:
            for target in self._some(everybody, self._size.followed):
                if target.id != follower.id:
                    yield self._follow(follower, target)
        for follower in remote[:FOLLOWERS]:
            for target in self._some(local, 5):
                yield self._follow(follower, target)

    def _follow(self, follower: Account, target: Account) -> Follow:
        number = self._id()
        uri = activity_uri(self._origin, number) if follower.local else f"{follower.uri}#follow-{number}"
        return Follow(
            id=number, follower_id=follower.id, target_id=target.id, uri=uri, accepted=True, created_at=self._now - SPAN
        )

    def _some(self, of: Sequence[Account], count: int) -> list[Account]:
        """Different ones; those in front are better known."""
        found = {int(len(of) * self._random.random() ** 2): None for _ in range(count)}
        return [of[at] for at in found]

    def _posts(self, authors: Sequence[Account]) -> Iterator[Status]:
        step = (to_millis(self._now) - self._start) / (self._size.posts + 1)
        earlier: list[Status] = []
        for number in range(self._size.posts):
            author = authors[int(len(authors) * self._random.random() ** 1.5)]
            post = self._post(author, int(self._start + number * step), earlier)
            earlier.append(post)
            yield post

    def _post(self, author: Account, millis: int, earlier: Sequence[Status]) -> Status:
        number, dice = self._id(millis), self._random.random()
        uri = object_uri(self._origin, number) if author.local else f"{author.uri}/statuses/{number}"
        post = Status(
            id=number,
            uri=uri,
            url=f"{author.url}/{number}",
            account_id=author.id,
            host=author.host,
            visibility=self._random.choice(VISIBILITIES),
            content=f"<p>{self._text(40)}</p>",
            language="en",
            conversation_id=number,
            created_at=self._now - timedelta(milliseconds=to_millis(self._now) - millis),
        )
        if dice > 0.2 or not earlier:
            return post
        other = earlier[-1 - int(min(len(earlier), 2_000) * self._random.random())]
        if other.visibility is not Visibility.PUBLIC or other.reblog_of_id is not None:
            return post
        if dice > 0.1:
            return replace(
                post,
                in_reply_to_id=other.id,
                in_reply_to_account_id=other.account_id,
                in_reply_to_uri=other.uri,
                conversation_id=other.conversation_id,
            )
        return replace(post, visibility=Visibility.PUBLIC, content="", reblog_of_id=other.id)

    def _text(self, words: int) -> str:
        return " ".join(self._random.choices(WORDS, k=words))


def _counted(world: World) -> World:
    """Counters as the services would have left them; of two boosts of a post by one account the first stays."""
    seen: set[tuple[int, int]] = set()
    posts: list[Status] = []
    for post in world.posts:
        pair = (post.reblog_of_id or post.id, post.account_id)
        if post.reblog_of_id is None or pair not in seen:
            posts.append(post)
        seen.add(pair)
    boosts = Counter(post.reblog_of_id for post in posts)
    replies = Counter(post.in_reply_to_id for post in posts)
    written, followers = Counter(post.account_id for post in posts), Counter(follow.target_id for follow in world.follows)
    following = Counter(follow.follower_id for follow in world.follows)

    def counted(account: Account) -> Account:
        return replace(
            account,
            statuses_count=written[account.id],
            followers_count=followers[account.id],
            following_count=following[account.id],
        )

    return replace(
        world,
        local=tuple(map(counted, world.local)),
        remote=tuple(map(counted, world.remote)),
        posts=tuple(replace(post, reblogs_count=boosts[post.id], replies_count=replies[post.id]) for post in posts),
    )


async def fill(db: Database, world: World, *, now: datetime, seed: int = 1) -> None:
    """Write everything, with what hangs on it: users, feeds, likes, notifications, files, tags and more."""
    chance = Random(seed)
    people = [
        User(id=item.id, email=f"{item.username}@mail.test", password_hash="!", created_at=now, confirmed_at=now, approved_at=now)
        for item in world.local
    ]
    await put(db, accounts, [*world.local, *world.remote])
    await put(db, users, people)
    await put(db, follows, world.follows)
    await put(db, statuses, world.posts)
    await put(db, tags, world.tags)
    await put(db, status_tags, _tagged(world, chance))
    await put(db, mentions, _mentions(world))
    await put(db, media, _files(world, chance))
    await put(db, home_feed, _feeds(world))
    likes = list(_likes(world, chance, now))
    await put(db, favourites, likes)
    await put(db, notifications, _notifications(world, likes, now))
    await put(db, blocks, _blocks(world, now))
    await put(db, mutes, _mutes(world, now))


async def put(db: Database, table: Table, rows: Sequence[object] | Iterator[object]) -> None:
    """Write rows of one table in batches."""
    command, rest = Command(insert(table)), iter(rows)
    while batch := list(islice(rest, BATCH)):
        await db.write(_put, command, batch)


def _put(tx: Tx, command: Command, rows: Sequence[object]) -> None:
    tx.many(command, rows)


def _tagged(world: World, chance: Random) -> Iterator[dict[str, int]]:
    for post in world.posts:
        if post.reblog_of_id is None and chance.random() < 0.3:
            at = int(len(world.tags) * chance.random() ** 3)
            yield {"status_id": post.id, "tag_id": world.tags[at].id}


def _mentions(world: World) -> Iterator[Mention]:
    for post in world.posts:
        if post.in_reply_to_account_id is not None:
            yield Mention(status_id=post.id, account_id=post.in_reply_to_account_id)


def _files(world: World, chance: Random) -> Iterator[Media]:
    """One picture for each tenth post, two for some."""
    number = 0
    for post in world.posts:
        if post.reblog_of_id is None and chance.random() < 0.1:
            for position in range(1 + (chance.random() < 0.2)):
                number += 1
                yield Media(
                    id=number,
                    account_id=post.account_id,
                    status_id=post.id,
                    position=position,
                    kind=MediaKind.IMAGE,
                    media_type="image/png",
                    key=new_key(Kind.PNG, random=chance.randbytes) if post.local else "",
                    preview_key=new_key(Kind.PNG, random=chance.randbytes) if post.local else "",
                    remote_url="" if post.local else f"{post.url}/{position}.png",
                    description="A room with chairs",
                    blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
                    width=1_200,
                    height=800,
                    created_at=post.created_at,
                )


def _feeds(world: World) -> Iterator[dict[str, int]]:
    """The newest posts for each local person: own ones and those of the followed."""
    local = {account.id for account in world.local}
    readers = defaultdict[int, list[int]](list)
    for follow in world.follows:
        if follow.follower_id in local:
            readers[follow.target_id].append(follow.follower_id)
    full = Counter[int]()
    for post in reversed(world.posts):
        if post.visibility is Visibility.DIRECT:
            continue
        own = [post.account_id] if post.account_id in local else []
        for reader in (*own, *readers[post.account_id]):
            if full[reader] < FEED:
                full[reader] += 1
                yield {"account_id": reader, "status_id": post.id}


def _likes(world: World, chance: Random, now: datetime) -> Iterator[Favourite]:
    liked = [post for post in world.posts if post.reblog_of_id is None and post.visibility is Visibility.PUBLIC]
    here, everybody = [post for post in liked if post.local], (*world.local, *world.remote)
    pairs = {
        (chance.choice(here if number % 2 else liked).id, chance.choice(everybody).id): None
        for number in range(len(world.posts) // 4)
    }
    for number, (status_id, account_id) in enumerate(pairs):
        uri = f"https://likes.test/{number}"
        yield Favourite(id=id_at(0, low=number) + 1, account_id=account_id, status_id=status_id, uri=uri, created_at=now)


def _notifications(world: World, likes: Sequence[Favourite], now: datetime) -> Iterator[dict[str, object]]:
    local = {account.id for account in world.local}
    author = {post.id: post.account_id for post in world.posts}
    row = {"report_id": None, "group_key": "", "filtered": False, "created_at": now}
    for like in likes:
        owner = author[like.status_id]
        if owner in local and owner != like.account_id:
            kind = NotificationType.FAVOURITE
            yield {"account_id": owner, "type": kind, "from_id": like.account_id, "status_id": like.status_id, **row}
    for post in world.posts:
        if post.in_reply_to_account_id in local and post.in_reply_to_account_id != post.account_id:
            owner, kind = post.in_reply_to_account_id, NotificationType.MENTION
            yield {"account_id": owner, "type": kind, "from_id": post.account_id, "status_id": post.id, **row}


def _blocks(world: World, now: datetime) -> Iterator[Block]:
    for number, (one, other) in enumerate(zip(world.local, world.remote, strict=False)):
        uri = f"https://blocks.test/{number}"
        yield Block(id=number + 1, account_id=one.id, target_id=other.id, uri=uri, created_at=now)


def _mutes(world: World, now: datetime) -> Iterator[Mute]:
    for number, (one, other) in enumerate(zip(world.local, reversed(world.remote), strict=False)):
        yield Mute(id=number + 1, account_id=one.id, target_id=other.id, created_at=now)


def keys_of(account: Account, *, public: str, private_sealed: bytes | None, now: datetime) -> ActorKey:
    """The RSA key of an account; all of this world share one, making a thousand would take minutes."""
    return ActorKey(
        key_id=f"{account.uri}#main-key",
        account_id=account.id,
        kind=KeyKind.RSA,
        public=public,
        private_sealed=private_sealed,
        created_at=now,
        fetched_at=None if account.local else now,
    )


async def put_tokens(db: Database, people: Sequence[Account], *, hashed: Callable[[str], bytes], now: datetime) -> list[str]:
    """A token with all scopes for each; `hashed` gives what is stored of a token."""
    app = App(
        id=1, client_id="bench", secret_hash=b"", name="bench", redirect_uris=("urn:bench",), scopes="read write", created_at=now
    )
    texts = [f"bench-token-{account.id}" for account in people]
    rows = [
        Token(
            id=account.id,
            token_hash=hashed(text),
            app_id=app.id,
            account_id=account.id,
            scopes="read write follow push",
            created_at=now,
            last_used_at=now,
        )
        for account, text in zip(people, texts, strict=True)
    ]
    await put(db, apps, [app])
    await put(db, tokens, rows)
    return texts


async def put_keys(db: Database, keys: Sequence[ActorKey]) -> None:
    """Keys of accounts."""
    await put(db, actor_keys, keys)

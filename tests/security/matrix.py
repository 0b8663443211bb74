"""The people and posts of the matrix, and the oracle: security section 6 in one function, written from its text alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from fedisw.model.accounts import Account, Role
from fedisw.model.notifications import Notification, NotificationType
from fedisw.model.relations import Bookmark, Favourite, Mute
from fedisw.model.statuses import Draft, Status, Visibility
from fedisw.model.urls import object_uri
from fedisw.services import accounts as account_services
from fedisw.services import posting
from fedisw.storage.db import Tx
from fedisw.storage.queries import blocks, feeds, marks, mutes, notifications, users
from tests.support import factories
from tests.support.factories import new_id
from tests.web.mastodon.conftest import Api

TAG = "lighthouse"
HOST = "beta.test"


class Viewer(StrEnum):
    """Who asks; all but the first have a token. AVOIDING does not want the hosts of the remote authors."""

    NOBODY = ""
    STRANGER = "stranger"
    FOLLOWER = "follower"
    ASKING = "asking"
    NAMED = "named"
    AUTHOR = "amy"
    BLOCKED = "blocked"
    BLOCKING = "blocking"
    MUTING = "muting"
    AVOIDING = "avoiding"
    STAFF = "staff"
    FROZEN = "frozen"


class Author(StrEnum):
    """Who wrote: one of us, somebody elsewhere, one of us who is suspended, and somebody suspended elsewhere."""

    AMY = "amy"
    ROB = "rob"
    SUE = "sue"
    SID = "sid"


FOLLOWING = (Viewer.FOLLOWER, Viewer.BLOCKED, Viewer.BLOCKING, Viewer.MUTING, Viewer.AVOIDING, Viewer.FROZEN)
MENTIONED = (Viewer.NAMED, Viewer.BLOCKED, Viewer.BLOCKING)
SUSPENDED = (Author.SUE, Author.SID)
REMOTE = (Author.ROB, Author.SID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One of the posts; `word` stands in nothing else."""

    status: Status
    author: Author
    word: str


def may_read(viewer: Viewer, post: Post) -> bool:
    """The table of security section 6, with VIS-3, VIS-4 and suspended people."""
    visibility = post.status.visibility
    is_open = visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
    if viewer is Viewer.FROZEN or post.author in SUSPENDED:
        return False
    if viewer.value == post.author.value:
        return True
    if viewer in (Viewer.BLOCKED, Viewer.BLOCKING):
        return False
    if viewer is Viewer.NOBODY:
        return is_open and not post.status.local_only
    if is_open or viewer in MENTIONED:
        return True
    return visibility is Visibility.PRIVATE and follows(viewer, post.author)


def follows(viewer: Viewer, author: Author) -> bool:
    """Whether there is an accepted follow; a host that somebody does not want has none."""
    return viewer in FOLLOWING and not (viewer is Viewer.AVOIDING and author in REMOTE)


def is_wanted(viewer: Viewer, post: Post) -> bool:
    """Whether lists that somebody else has put together show it: mutes, and hosts that the viewer does not want (VIS-3)."""
    unwanted = viewer is Viewer.MUTING or (viewer is Viewer.AVOIDING and post.author in REMOTE)
    return may_read(viewer, post) and not unwanted


@dataclass(slots=True, kw_only=True)
class Square:
    """Everybody, and everything that was said."""

    api: Api
    people: dict[str, Account]
    posts: list[Post]

    @classmethod
    async def build(cls, api: Api) -> Square:
        """The rows, in one unit; in feeds and lists of everybody stands everything, so that only the audience decides."""
        await api.join(*(viewer.value for viewer in Viewer if viewer), Author.SUE.value)
        people = dict(api.accounts)
        for name in (Author.ROB, Author.SID):
            people[name.value] = await api.remote(name.value, HOST if name is Author.ROB else "gone.test")
        posts = await api.db.write(_fill, api, people)
        return cls(api=api, people=people, posts=posts)


def _fill(tx: Tx, api: Api, people: dict[str, Account]) -> list[Post]:
    authors = [people[author.value] for author in Author]
    for author in authors:
        _relate(tx, api, people, author)
    kinds = [(author, visibility, here) for author in Author for visibility in Visibility for here in (False, True)]
    posts = [_post(tx, api, people, *kind) for kind in kinds if not (kind[2] and kind[0] in REMOTE)]
    for viewer in Viewer:
        if viewer:
            _belongings(tx, api, people[viewer.value], people, posts)
    users.replace(tx, replace(users.get(tx, people[Viewer.STAFF.value].id), role=Role.MODERATOR))
    for name in (*SUSPENDED, Viewer.FROZEN):
        account_services.suspend(tx, account_id=people[name.value].id, now=api.clock())
    return posts


def _relate(tx: Tx, api: Api, people: dict[str, Account], author: Account) -> None:
    for viewer in FOLLOWING:
        if viewer is not Viewer.AVOIDING or author.host is None:
            factories.put_follow(tx, people[viewer.value], author)
    factories.put_follow(tx, people[Viewer.ASKING.value], author, accepted=False)
    for by, of in ((author, people[Viewer.BLOCKED.value]), (people[Viewer.BLOCKING.value], author)):
        factories.put_block(tx, by, of, now=api.clock())
    mute = Mute(id=new_id(), account_id=people[Viewer.MUTING.value].id, target_id=author.id, created_at=api.clock())
    mutes.put(tx, mute)
    if author.host is not None:
        avoiding = people[Viewer.AVOIDING.value].id
        blocks.put_host(tx, account_id=avoiding, host=author.host, block_id=new_id(), now=api.clock())


def _post(tx: Tx, api: Api, people: dict[str, Account], author: Author, visibility: Visibility, here: bool) -> Post:
    account, word = people[author.value], f"w{author.value}{visibility.value}{'here' if here else ''}"
    mentioned = tuple(people[viewer.value].id for viewer in MENTIONED)
    html = f'<p>{word} <a href="https://alpha.test/tags/{TAG}" class="mention hashtag" rel="tag">#<span>{TAG}</span></a></p>'
    if account.host is not None:
        status = factories.receive(tx, account, word, content=html, visibility=visibility, mentioned=mentioned, tags=(TAG,),
                                   published=api.clock() - timedelta(minutes=1), now=api.clock())  # fmt: skip
    else:
        make = api.runtime.new_id
        number = make()
        draft = Draft(html=html, text=word, visibility=visibility, local_only=here, mentioned=mentioned, tags=(TAG,))
        uri, url = object_uri(api.runtime.settings.origin, number), f"https://alpha.test/@{account.username}/{number}"
        status = posting.create_status(
            tx, author=account, draft=draft, status_id=number, now=api.clock(), new_id=make, uri=uri, url=url
        )
    return Post(status=status, author=author, word=word)


def _belongings(tx: Tx, api: Api, viewer: Account, people: dict[str, Account], posts: list[Post]) -> None:
    for post in posts:
        about, now = post.status.id, api.clock()
        feeds.add_own(tx, account_id=viewer.id, status_id=about)
        marks.add_bookmark(tx, Bookmark(id=new_id(), account_id=viewer.id, status_id=about, created_at=now))
        like = new_id()
        marks.add_favourite(
            tx, Favourite(id=like, account_id=viewer.id, status_id=about, uri=f"https://alpha.test/#{like}", created_at=now)
        )
        author = people[post.author.value].id
        if author != viewer.id:
            kind = NotificationType.MENTION
            notifications.add(
                tx, Notification(id=0, account_id=viewer.id, type=kind, from_id=author, status_id=about, created_at=now)
            )

"""Posts of every audience with a secret in each, and readers of every kind: what the sweeps of tests/security walk over.

Rows are put in that no service would make (boosts of what must not be boosted, marks and notifications of people who
cannot read the post, feeds that hold everything), so that only the audience query stands between reader and text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.accounts import Account, Reach
from fedisw.model.dialogues import Dialogue
from fedisw.model.lists import ListMember, RepliesPolicy, UserList
from fedisw.model.media import Media, MediaKind
from fedisw.model.notifications import Notification, NotificationType
from fedisw.model.relations import Block, Bookmark, Favourite, Pin
from fedisw.model.statuses import Draft, PollDraft, Status, Visibility
from fedisw.model.urls import Origin, activity_uri, object_uri
from fedisw.services import posting
from fedisw.storage.db import Tx
from fedisw.storage.queries import blocks, dialogues, feeds, lists, marks, media, notifications, statuses
from tests.support import factories

TAG = "canary"
AUTHORS = {Reach.PUBLIC: "pia", Reach.FEDIVERSE: "fio", Reach.MEMBERS: "meg"}
STRANGER, FOLLOWER, ASKED, NAMED, BLOCKED, BLOCKING = "sam", "fay", "ria", "mia", "bob", "bea"
READERS = (STRANGER, FOLLOWER, ASKED, NAMED, BLOCKED, BLOCKING)  # ASKED wants to follow, nobody has said yes (VIS-4)
NOBODY = ""  # a caller without proof
BOOSTER, HOST = "zoe", "ann"  # HOST wrote what all posts answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A post of the table; `secret` stands in its text, poll and picture."""

    status: Status
    author: str
    reach: Reach
    secret: str
    boost_id: int

    @property
    def name(self) -> str:
        """For messages of tests."""
        return f"{self.status.visibility.value}{' here' if self.status.local_only else ''} of {self.reach.value}"

    @property
    def page(self) -> str:
        """Path of its page."""
        return f"/@{self.author}/{self.status.id}"

    def expected(self, reader: str) -> int:
        """Status of an answer about it, from the table of security section 6 and VIS-3."""
        visibility, stays = self.status.visibility, self.status.local_only or self.reach is Reach.MEMBERS
        if reader == self.author:
            return 200
        if reader in (BLOCKED, BLOCKING):
            return 404
        is_open = visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
        if reader == NOBODY:
            return 404 if stays or not is_open else 401 if self.reach is Reach.FEDIVERSE else 200
        if reader == NAMED or is_open:
            return 200
        return 200 if reader == FOLLOWER and visibility is Visibility.PRIVATE else 404


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything there is; `notices` and `lists` are by reader."""

    cases: tuple[Case, ...]
    root: Status
    notices: dict[str, list[int]]
    lists: dict[str, int]


@dataclass(slots=True, kw_only=True)
class Builder:
    """Makes the rows, in one unit of work."""

    tx: Tx
    origin: Origin
    people: dict[str, Account]
    new_id: Callable[[], int]
    now: datetime

    def build(self) -> World:
        """The world."""
        self._relations()
        root = self._post(HOST, "a root", Draft(html="<p>a root</p>", text="a root"))
        cases = tuple(
            self._case(author, reach, visibility, local_only, root=root)
            for reach, author in AUTHORS.items()
            for visibility in Visibility
            for local_only in (False, True)
        )
        readers = (*READERS, *AUTHORS.values())
        return World(
            cases=cases,
            root=root,
            notices={reader: self._belongings(reader, cases) for reader in readers},
            lists={reader: self._list(reader) for reader in readers},
        )

    def _relations(self) -> None:
        for author in AUTHORS.values():
            account = self.people[author]
            for reader in (FOLLOWER, BLOCKED, BLOCKING):
                factories.put_follow(self.tx, self.people[reader], account)
            factories.put_follow(self.tx, self.people[ASKED], account, accepted=False)
            for by, of in ((account, self.people[BLOCKED]), (self.people[BLOCKING], account)):
                number = self.new_id()
                uri = activity_uri(self.origin, number)
                blocks.insert_once(self.tx, Block(id=number, account_id=by.id, target_id=of.id, uri=uri, created_at=self.now))
        for reader in READERS:  # blocked ones among them: a boost must not bring back what is hidden
            factories.put_follow(self.tx, self.people[reader], self.people[BOOSTER])

    def _case(self, author: str, reach: Reach, visibility: Visibility, local_only: bool, *, root: Status) -> Case:
        secret = f"secret-{author}-{visibility.value}-{local_only}".lower()
        everybody = (NAMED, BLOCKED, BLOCKING)
        draft = Draft(
            html=f'<p>{secret} <a href="{self.origin}/tags/{TAG}" class="mention hashtag" rel="tag">#<span>{TAG}</span></a></p>',
            text=f"{secret} #{TAG}",
            visibility=visibility,
            local_only=local_only,
            mentioned=tuple(self.people[name].id for name in everybody),
            tags=(TAG,),
            media_ids=(self._picture(author, secret),),
            poll=PollDraft(options=(f"{secret} yes", "no"), expires_at=self.now + timedelta(days=1)),
        )
        status = self._post(author, secret, draft)
        self._post(author, secret, Draft(html=f"<p>{secret} below</p>", text=secret, visibility=visibility,
                                         local_only=local_only, mentioned=draft.mentioned, in_reply_to_id=root.id))  # fmt: skip
        pin = Pin(id=self.new_id(), account_id=status.account_id, status_id=status.id, created_at=self.now)
        marks.add_pin(self.tx, pin)
        return Case(status=status, author=author, reach=reach, secret=secret, boost_id=self._boost(status))

    def _post(self, author: str, text: str, draft: Draft) -> Status:
        number = self.new_id()
        return posting.create_status(
            self.tx,
            author=self.people[author],
            draft=draft,
            status_id=number,
            uri=object_uri(self.origin, number),
            url=f"{self.origin}/@{author}/{number}",
            now=self.now,
            new_id=self.new_id,
        )

    def _boost(self, of: Status) -> int:
        number = self.new_id()
        uri, account = activity_uri(self.origin, number), self.people[BOOSTER]
        boost = Status(id=number, uri=uri, url=uri, account_id=account.id, host=None, visibility=Visibility.PUBLIC,
                       reblog_of_id=of.id, conversation_id=of.conversation_id, created_at=self.now)  # fmt: skip
        statuses.insert_once(self.tx, boost)
        return number

    def _picture(self, author: str, secret: str) -> int:
        item = Media(id=self.new_id(), account_id=self.people[author].id, kind=MediaKind.IMAGE, media_type="image/jpeg",
                     key=new_key(Kind.JPEG), preview_key=new_key(Kind.JPEG), description=f"{secret} picture", width=4, height=3,
                     preview_width=4, preview_height=3, created_at=self.now)  # fmt: skip
        media.add(self.tx, item)
        return item.id

    def _belongings(self, reader: str, cases: tuple[Case, ...]) -> list[int]:
        """Feed, saved and liked posts, a notification about each, and each as a conversation."""
        me, made = self.people[reader].id, []
        for case in cases:
            about = case.status.id
            for status_id in (about, case.boost_id):
                feeds.add_own(self.tx, account_id=me, status_id=status_id)
            bookmark = Bookmark(id=self.new_id(), account_id=me, status_id=about, created_at=self.now)
            marks.add_bookmark(self.tx, bookmark)
            talk = Dialogue(id=self.new_id(), account_id=me, conversation_id=case.status.conversation_id, circle=case.secret,
                            participants=(case.status.account_id,), last_status_id=about)  # fmt: skip
            dialogues.link(self.tx, dialogues.put(self.tx, talk), about)
            number = self.new_id()
            like = Favourite(id=number, account_id=me, status_id=about, uri=f"{self.origin}#{number}", created_at=self.now)
            marks.add_favourite(self.tx, like)
            notice = Notification(id=0, account_id=me, type=NotificationType.STATUS, from_id=self.people[case.author].id,
                                  status_id=about, created_at=self.now)  # fmt: skip
            made.append(notifications.add(self.tx, notice) or 0)
        return made

    def _list(self, reader: str) -> int:
        number = self.new_id()
        mine = UserList(id=number, account_id=self.people[reader].id, title=f"of {reader}", replies_policy=RepliesPolicy.FOLLOWED,
                        exclusive=False, created_at=self.now)  # fmt: skip
        lists.add(self.tx, mine)
        for name in (*AUTHORS.values(), BOOSTER):
            lists.add_member(self.tx, ListMember(list_id=number, account_id=self.people[name].id, id=self.new_id()))
        return number

"""The story that is told with every software: following, posting, answering, changing, liking, voting, taking back, leaving.

Each chapter looks at it from four sides: what amy's client gets, what a browser is shown, what their server was sent, and
that it took it (`refused` is empty at the end).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from tests.stories.server import Delivered
from tests.stories.software import Target
from tests.stories.stage import Stage
from tests.support.peers import PUBLIC, Document

OK, NOT_FOUND, GONE = 200, 404, 410
MINUTE = timedelta(seconds=61)  # new counts of a poll go out when a minute is over
QUESTION = {"options": ["Tuesday", "Thursday"], "expires_in": 86_400}


@dataclass(slots=True, kw_only=True)
class Tale:
    """One telling; chapters leave here what later ones need."""

    stage: Stage
    follow: Document = field(default_factory=dict)
    note: Document = field(default_factory=dict)
    note_id: str = ""
    post: Any = None
    reply_id: str = ""

    async def they_follow(self) -> None:
        """Their person follows amy: Accept with the whole Follow comes to their own inbox."""
        stage = self.stage
        if stage.dialect.follow is None:
            return
        self.follow = stage.dialect.follow(stage.me, stage.amy.uri)
        await stage.send(self.follow)
        accept = stage.them.take("Accept")
        inside = accept.activity["object"]
        assert accept.inbox == _path(stage.me.document["inbox"])
        assert (accept.activity["actor"], inside["id"], inside["type"]) == (stage.amy.uri, self.follow["id"], "Follow")
        assert (inside["actor"], inside["object"]) == (stage.me.uri, stage.amy.uri)
        await stage.notified("follow")
        assert (await stage.ask(f"/api/v1/accounts/{stage.amy.id}"))["followers_count"] == 1
        assert "1 follower" in (await stage.page("/@amy"))[1]

    async def we_follow(self) -> None:
        """Amy finds them, or their group, by handle and follows; the Accept counts."""
        stage, whom = self.stage, self.stage.followed
        handle = stage.handle_of(whom)
        found = await stage.ask(f"/api/v2/search?q={quote('@' + handle)}&resolve=true&type=accounts")
        assert [account["acct"].lower() for account in found["accounts"]] == [handle]
        account_id, is_group = found["accounts"][0]["id"], found["accounts"][0]["group"]
        assert is_group is (whom.document["type"] == "Group")
        asked = await stage.do(f"/api/v1/accounts/{account_id}/follow")
        assert (asked["following"], asked["requested"]) == (False, True)
        follow = stage.them.take("Follow")
        assert follow.inbox == _path(whom.document["inbox"])
        assert follow.activity["object"] == whom.uri
        await stage.send(stage.dialect.accept(whom, follow.activity), by=whom)
        relation = (await stage.ask(f"/api/v1/accounts/relationships?id[]={account_id}"))[0]
        follows_amy = stage.dialect.follow is not None and whom is stage.me
        assert (relation["following"], relation["followed_by"]) == (True, follows_amy)
        status, words = await stage.page(f"/@{handle}", signed_in=True)
        assert status == OK
        assert str(whom.document["name"]).split(":")[0].strip() in words

    async def they_post(self) -> None:
        """Their post with media is in amy's home, whole; strangers are led to its own server."""
        stage, shown = self.stage, self.stage.dialect.shown
        self.note = stage.dialect.post(stage.me)
        await stage.publish(stage.dialect.create(stage.me, self.note))
        home = await stage.ask("/api/v1/timelines/home")
        assert [item["account"]["acct"].lower() for item in home] == [stage.handle_of(stage.followed)]
        found = home[0]["reblog"] or home[0]
        assert found["account"]["acct"].lower() == stage.handle_of(stage.author)
        self.note_id = found["id"]
        assert found["uri"] == self.note["id"]
        assert found["content"] == (shown.content.replace("{url}", found["url"]) or found["content"])
        assert _words(found["content"]) == (shown.text.replace("{url}", found["url"]) or _words(shown.content))
        assert (found["spoiler_text"], found["visibility"], found["language"]) == (
            shown.warning,
            shown.visibility,
            shown.language,
        )
        assert [(item["type"], item["description"] or "") for item in found["media_attachments"]] == list(shown.media)
        assert [tag["name"] for tag in found["tags"]] == list(shown.tags)
        await self._post_on_pages(found)

    async def _post_on_pages(self, found: Any) -> None:
        stage = self.stage
        path = f"/@{found['account']['acct']}/{self.note_id}"
        text, described = _words(found["content"]), [item["description"] or "" for item in found["media_attachments"]]
        status, words = await stage.page(path, signed_in=True)
        assert status == OK
        assert text in words
        assert all(alternative in words for alternative in described)
        status, words = await stage.page(path)
        assert status == OK
        assert stage.them.host in words
        assert all(part not in words for part in (text, *described) if part)

    async def we_answer(self) -> None:
        """Amy likes, boosts and answers; they get each where they want it, and can read it at its id."""
        stage, where = self.stage, self._shared()
        author, handle = _path(stage.author.document["inbox"]), stage.handle_of(stage.author)
        await stage.do(f"/api/v1/statuses/{self.note_id}/favourite")
        like = stage.them.take("Like")
        assert (like.inbox, like.activity["object"]) == (author, self.note["id"])
        await stage.do(f"/api/v1/statuses/{self.note_id}/reblog")
        boost = stage.them.take("Announce")
        assert (boost.inbox, boost.activity["object"]) == (where, self.note["id"])
        assert PUBLIC in boost.activity["to"]
        text = f"@{handle} Thank you, we shall discuss it"
        reply = await stage.do("/api/v1/statuses", status=text, in_reply_to_id=self.note_id, language="en")
        create = stage.them.take("Create")
        answer = create.activity["object"]
        assert (create.inbox, answer["inReplyTo"], answer["type"]) == (where, self.note["id"], "Note")
        assert {"type": "Mention", "href": stage.author.uri, "name": f"@{handle}"} in _lower_names(answer["tag"])
        await self._readable(like, boost, create)
        assert [item["id"] for item in (await self._context(self.note_id))["descendants"]] == [reply["id"]]
        if stage.dialect.follow is None:
            self.post = reply

    async def we_take_back(self) -> None:
        """Amy's unlike and unboost carry what they undo."""
        stage = self.stage
        for path, kind in (("unfavourite", "Like"), ("unreblog", "Announce")):
            await stage.do(f"/api/v1/statuses/{self.note_id}/{path}")
            undone = stage.them.take("Undo").activity["object"]
            assert (undone["type"], undone["actor"], undone["object"]) == (kind, stage.amy.uri, self.note["id"])

    async def we_post(self) -> None:
        """Amy posts with a picture; their server, where a follower lives, gets it and may read it."""
        stage = self.stage
        if stage.dialect.follow is None:
            return
        media_id = await stage.upload("A whiteboard")
        form = {"status": "Supervision on Tuesday #casework", "media_ids": [media_id], "language": "en"}
        self.post = await stage.do("/api/v1/statuses", **form)
        create = stage.them.take("Create")
        thing = create.activity["object"]
        assert (create.inbox, thing["id"]) == (self._shared(), self.post["uri"])
        assert [item["name"] for item in thing["attachment"]] == ["A whiteboard"]
        assert thing["attachment"][0]["url"].startswith(f"https://{stage.us.host}/")
        await self._readable(create)

    async def they_answer(self) -> None:
        """Their reply is a mention for amy, in the thread, and on the page that everybody may see."""
        stage = self.stage
        reply = stage.dialect.reply(stage.me, stage.target(self.post))
        await stage.send(stage.dialect.create(stage.me, reply))
        told = (await stage.notified("mention"))["status"]
        self.reply_id = told["id"]
        assert stage.dialect.answer in _words(told["content"])
        assert told["in_reply_to_id"] == self.post["id"]
        assert [item["id"] for item in (await self._context(self.post["id"]))["descendants"]] == [self.reply_id]
        assert (await stage.status(self.post["id"]))["replies_count"] == 1
        assert stage.dialect.answer in (await self._public_page())

    async def others_answer(self) -> None:
        """What the group passes on of its threads stands there, and not in amy's home."""
        stage = self.stage
        if not stage.dialect.answers_too:
            return
        before = [item["id"] for item in await stage.ask("/api/v1/timelines/home")]
        told = Target(uri=self.note["id"], author=stage.me.uri, handle=f"@{stage.handle}", url=f"{stage.me.uri}/1")
        reply = stage.dialect.reply(stage.me, told)
        await stage.publish(stage.dialect.create(stage.me, reply))
        assert reply["id"] in [item["uri"] for item in (await self._context(self.note_id))["descendants"]]
        assert [item["id"] for item in await stage.ask("/api/v1/timelines/home")] == before

    async def they_edit(self) -> None:
        """The changed text is shown, the former one kept."""
        stage = self.stage
        if stage.dialect.edit is None:
            return
        await stage.publish(stage.dialect.edit(stage.me, self.note))
        found = await stage.status(self.note_id)
        assert stage.dialect.edited in found["content"]
        assert found["edited_at"] is not None
        forms = await stage.ask(f"/api/v1/statuses/{self.note_id}/history")
        assert [stage.dialect.edited in form["content"] for form in forms] == [False, True]

    async def they_like_and_boost(self) -> None:
        """Approval in their dialect is counted, told and shown; taken back it is not counted any more."""
        stage, target = self.stage, stage_target(self)
        done: list[Document] = []
        for make, kind, count, shown in (
            (stage.dialect.like, "favourite", "favourites_count", "1 like"),
            (stage.dialect.boost, "reblog", "reblogs_count", "1 boost"),
        ):
            if make is None:
                continue
            act = make(stage.me, target)
            await stage.send(act)
            done.append(act)
            assert (await stage.notified(kind))["status"]["id"] == self.post["id"]
            assert (await stage.status(self.post["id"]))[count] == 1
            words = await self._public_page()
            assert shown in words
            assert kind == "reblog" or f" {stage.dialect.says}" in words
        for act in done:
            await stage.send(stage.dialect.undo(stage.me, act))
        after = await stage.status(self.post["id"])
        assert (after["favourites_count"], after["reblogs_count"]) == (0, 0)
        assert not stage.dialect.says or stage.dialect.says not in (await self._public_page())

    async def they_vote(self) -> None:
        """A vote is counted once, the new counts go out when the minute is over."""
        stage = self.stage
        if stage.dialect.follow is None:
            return
        made = await stage.do("/api/v1/statuses", status="When do we meet?", poll=QUESTION)
        question = stage.them.take("Create").activity["object"]
        assert (question["type"], [option["name"] for option in question["oneOf"]]) == ("Question", ["Tuesday", "Thursday"])
        if stage.dialect.vote is not None:
            await stage.send(*stage.dialect.vote(stage.me, stage.target(made), ["Thursday"]))
            assert await self._counts(made) == [0, 1]
            await stage.send(*stage.dialect.vote(stage.me, stage.target(made), ["Tuesday"]))
            assert await self._counts(made) == [0, 1]
            stage.clock.forward(seconds=MINUTE.total_seconds())
            await stage.settle()
            update = stage.them.take("Update").activity["object"]
            assert [option["replies"]["totalItems"] for option in update["oneOf"]] == [0, 1]
            assert "updated" not in update
        await stage.do(f"/api/v1/statuses/{made['id']}", method="DELETE")
        assert stage.them.take("Delete").activity["object"]["id"] == made["uri"]

    async def _counts(self, made: Any) -> list[int]:
        poll = (await self.stage.status(made["id"]))["poll"]
        assert poll["votes_count"] == poll["voters_count"] == sum(option["votes_count"] for option in poll["options"])
        return [option["votes_count"] for option in poll["options"]]

    async def we_change(self) -> None:
        """Amy edits and deletes her post: Update with `updated`, then a Tombstone, which its id then answers too."""
        stage = self.stage
        await stage.do(f"/api/v1/statuses/{self.post['id']}", method="PUT", status="Supervision on Thursday #casework")
        update = stage.them.take("Update").activity
        assert "Thursday" in update["object"]["content"]
        assert update["object"]["updated"] > update["object"]["published"]
        await stage.do(f"/api/v1/statuses/{self.post['id']}", method="DELETE")
        delete = stage.them.take("Delete")
        assert delete.activity["object"] == {"id": self.post["uri"], "type": "Tombstone"}
        assert (await stage.look_up(self.post["uri"]))[0] == GONE
        assert (await stage.page(f"/@amy/{self.post['id']}"))[0] == GONE

    async def they_delete(self) -> None:
        """Their post leaves amy's home and the page; it does not come back."""
        stage = self.stage
        acct = (await stage.status(self.note_id))["account"]["acct"]
        await stage.publish(stage.dialect.delete(stage.me, self.note))
        assert await stage.missing(f"/api/v1/statuses/{self.note_id}")
        uris = [(item["reblog"] or item)["uri"] for item in await stage.ask("/api/v1/timelines/home")]
        assert self.note["id"] not in uris
        assert (await stage.page(f"/@{acct}/{self.note_id}", signed_in=True))[0] in (NOT_FOUND, GONE)
        again = stage.dialect.create(stage.me, self.note) | {"id": f"{self.note['id']}#again"}
        await stage.publish(again)
        assert await stage.missing(f"/api/v1/statuses/{self.note_id}")

    async def they_leave(self) -> None:
        """Without followers there, nothing goes there any more; and of all that went, nothing was refused."""
        stage = self.stage
        if self.follow:
            await stage.send(stage.dialect.undo(stage.me, self.follow))
        assert (await stage.ask(f"/api/v1/accounts/{stage.amy.id}"))["followers_count"] == 0
        await stage.do("/api/v1/statuses", status="Nobody there reads this")
        assert stage.them.mail.new == []
        assert stage.them.refused == []

    def _shared(self) -> str:
        """Where what is for many goes."""
        document = self.stage.me.document
        shared = (document.get("endpoints") or {}).get("sharedInbox") or document.get("sharedInbox")
        assert bool(shared) is self.stage.dialect.shared_inbox
        return _path(shared or document["inbox"])

    async def _readable(self, *delivered: Delivered) -> None:
        """What they got they may read at its id, whole, and so its object, if it is ours."""
        for item in delivered:
            thing = item.activity["object"]
            for uri in (item.activity["id"], *([thing["id"]] if isinstance(thing, dict) else [])):
                status, document = await self.stage.look_up(uri)
                assert (status, (document or {}).get("id")) == (OK, uri)

    async def _context(self, status_id: str) -> Any:
        return await self.stage.ask(f"/api/v1/statuses/{status_id}/context")

    async def _public_page(self) -> str:
        status, words = await self.stage.page(f"/@amy/{self.post['id']}")
        assert status == OK
        return words


async def tell(stage: Stage) -> Tale:
    """The whole story."""
    tale = Tale(stage=stage)
    for chapter in (
        tale.they_follow,
        tale.we_follow,
        tale.they_post,
        tale.we_answer,
        tale.we_take_back,
        tale.we_post,
        tale.they_answer,
        tale.others_answer,
        tale.they_edit,
        tale.they_like_and_boost,
        tale.they_vote,
        tale.we_change,
        tale.they_delete,
        tale.they_leave,
    ):
        await chapter()
    return tale


def stage_target(tale: Tale) -> Target:
    """Amy's post, as they act on it."""
    return tale.stage.target(tale.post)


def _path(uri: str) -> str:
    return "/" + uri.split("/", 3)[3]


def _words(html: str) -> str:
    """The text of HTML, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#39;", "'").replace("&amp;", "&").split())


def _lower_names(tags: list[Document]) -> list[Document]:
    return [tag | {"name": tag["name"].lower()} for tag in tags]

"""What is sent about posts, and to whom (federation, sections 4 and 5.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from fedisw.config import FederationMode
from fedisw.model.accounts import Reach
from fedisw.model.media import Media, MediaKind
from fedisw.model.moderation import DomainRule, Severity
from fedisw.model.relations import Block
from fedisw.model.statuses import Status, Visibility
from fedisw.services import editing
from fedisw.storage.queries import blocks, domains, hosts, media
from fedisw.vocab.activity_readers import parse_activity
from tests.support import factories
from tests.support.factories import NOW, new_id
from tests.support.sending import Sending

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


async def delete(us: Sending, status: Status) -> None:
    await us.db.write(editing.delete_status, author_id=status.account_id, status_id=status.id, now=us.clock())


async def test_a_public_post_goes_once_to_the_shared_inbox_of_all_followers_of_a_server(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.follower(amy, "cai", "beta.test")
    status = await us.post(amy, "Supervision group, Tuesday 18:00", language="en")
    await us.run()
    assert beta.paths == ["/inbox"]
    create = beta.got[0].document
    assert next(iter(create)) == "@context"
    assert create == {
        "@context": create["@context"],
        "id": f"{status.uri}/activity",
        "type": "Create",
        "actor": amy.uri,
        "published": "2026-11-21T12:00:00Z",
        "to": [PUBLIC],
        "cc": [f"{amy.uri}/followers"],
        "object": {
            "id": status.uri,
            "type": "Note",
            "attributedTo": amy.uri,
            "to": [PUBLIC],
            "cc": [f"{amy.uri}/followers"],
            "url": status.url,
            "published": "2026-11-21T12:00:00Z",
            "inReplyTo": None,
            "sensitive": False,
            "content": "<p>Supervision group, Tuesday 18:00</p>",
            "contentMap": {"en": "<p>Supervision group, Tuesday 18:00</p>"},
            "source": {"content": "Supervision group, Tuesday 18:00", "mediaType": "text/markdown"},
            "context": status.uri.replace("/ap/objects/", "/ap/contexts/"),
            "conversation": status.uri.replace("/ap/objects/", "/ap/contexts/"),
            "interactionPolicy": {
                "canReply": {"automaticApproval": [PUBLIC]},
                "canLike": {"automaticApproval": [PUBLIC]},
                "canAnnounce": {"automaticApproval": [PUBLIC]},
                "canQuote": {"automaticApproval": [f"{amy.uri}/followers"]},
            },
            "replies": {
                "id": f"{status.uri}/replies",
                "type": "Collection",
                "first": {
                    "type": "CollectionPage",
                    "partOf": f"{status.uri}/replies",
                    "next": f"{status.uri}/replies?page=1",
                    "items": [],
                },
            },
            "likes": {"id": f"{status.uri}/likes", "type": "Collection", "totalItems": 0},
            "shares": {"id": f"{status.uri}/shares", "type": "Collection", "totalItems": 0},
        },
    }
    assert parse_activity(create).id == create["id"]
    assert beta.got[0].verify() == f"{amy.uri}#main-key"
    assert await us.states() == ["delivered"]


async def test_a_post_with_everything_says_everything(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    picture = Media(
        id=new_id(),
        account_id=amy.id,
        kind=MediaKind.IMAGE,
        media_type="image/jpeg",
        key="local/ab/cd/abcd0000000000000000000000000000.jpg",
        preview_key="local/ab/ce/abce0000000000000000000000000000.jpg",
        description="Whiteboard",
        blurhash="UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        width=1200,
        height=800,
        focus_x=0.1,
        focus_y=-0.2,
        created_at=NOW,
    )
    await us.db.write(media.add, picture)
    await us.post(
        amy,
        "Look",
        spoiler_text="caseload",
        sensitive=True,
        mentioned=(ben.id,),
        tags=("Supervision",),
        media_ids=(picture.id,),
    )
    await us.run()
    note = beta.got[0].document["object"]
    assert (note["summary"], note["sensitive"]) == ("caseload", True)
    assert note["tag"] == [
        {"type": "Mention", "href": ben.uri, "name": "@ben@beta.test"},
        {"type": "Hashtag", "href": "https://home.test/tags/supervision", "name": "#Supervision"},
    ]
    assert note["cc"] == [f"{amy.uri}/followers", ben.uri]
    assert note["attachment"] == [
        {
            "type": "Image",
            "mediaType": "image/jpeg",
            "url": f"https://home.test/media/{picture.key}",
            "name": "Whiteboard",
            "summary": "Whiteboard",
            "width": 1200,
            "height": 800,
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            "focalPoint": [0.1, -0.2],
        }
    ]


@pytest.mark.parametrize(
    ("visibility", "to", "cc"),
    [
        ("public", ["public"], ["followers", "ben"]),
        ("unlisted", ["followers"], ["public", "ben"]),
        ("private", ["followers"], ["ben"]),
        ("direct", ["ben"], None),
    ],
)
async def test_each_visibility_has_its_addresses(us: Sending, visibility: str, to: list[str], cc: list[str] | None) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    await us.post(amy, visibility=Visibility(visibility), mentioned=(ben.id,))
    await us.run()
    words = {"public": PUBLIC, "followers": f"{amy.uri}/followers", "ben": ben.uri}
    for document in (beta.got[0].document, beta.got[0].document["object"]):
        assert document["to"] == [words[word] for word in to]
        assert document.get("cc") == (None if cc is None else [words[word] for word in cc])
    assert beta.paths == ["/users/ben/inbox" if visibility == "direct" else "/inbox"]


async def test_a_direct_post_reaches_only_those_it_names(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    await us.follower(amy, "ben", "beta.test")
    cai = await us.follower(amy, "cai", "gamma.test")
    await us.post(amy, visibility=Visibility.DIRECT, mentioned=(cai.id,))
    await us.run()
    assert beta.got == []
    assert gamma.paths == ["/users/cai/inbox"]


async def test_a_post_for_followers_does_not_reach_the_author_of_what_it_answers(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    asked = await us.db.write(factories.receive, ben, "A question", visibility=Visibility.PUBLIC)
    await us.post(amy, visibility=Visibility.PRIVATE, in_reply_to_id=asked.id)
    await us.run()
    assert beta.got == []


async def test_an_open_answer_reaches_the_author_of_what_it_answers(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    asked = await us.db.write(factories.receive, ben, "A question", visibility=Visibility.PUBLIC)
    await us.post(amy, in_reply_to_id=asked.id)
    await us.run()
    assert beta.paths == ["/inbox"]
    assert beta.got[0].document["object"]["inReplyTo"] == asked.uri


@pytest.mark.parametrize(("reach", "local_only"), [(Reach.PUBLIC, True), (Reach.MEMBERS, False)])
async def test_what_stays_here_is_never_sent(us: Sending, reach: Reach, local_only: bool) -> None:
    amy, beta = await us.person(reach=reach), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    await us.post(amy, mentioned=(ben.id,), local_only=local_only)
    await us.run()
    assert beta.got == []
    assert await us.deliveries() == []


async def test_followers_without_a_shared_inbox_get_it_each(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test", shared_inbox_uri="")
    await us.follower(amy, "cai", "beta.test", shared_inbox_uri="")
    await us.post(amy)
    await us.run()
    assert sorted(beta.paths) == ["/users/ben/inbox", "/users/cai/inbox"]


async def test_whoever_is_blocked_suspended_or_gone_gets_nothing(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    ben = await us.follower(amy, "ben", "beta.test")
    await us.follower(amy, "sus", "beta.test", suspended_at=NOW)
    await us.follower(amy, "gone", "beta.test", deleted_at=NOW)
    await us.follower(amy, "cai", "gamma.test")
    block = Block(id=new_id(), account_id=ben.id, target_id=amy.id, uri="https://beta.test/b", created_at=NOW)
    await us.db.write(blocks.insert_once, block)
    await us.db.write(blocks.put_host, account_id=amy.id, host="gamma.test", block_id=new_id(), now=NOW)
    await us.post(amy)
    await us.run()
    assert (beta.got, gamma.got) == ([], [])


async def test_a_suspended_server_and_one_given_up_get_nothing_but_the_latter_erasures(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("sub.beta.test"), await us.server("gamma.test")
    await us.follower(amy, "ben", "sub.beta.test")
    await us.follower(amy, "cai", "gamma.test")
    first = await us.post(amy)
    await us.run()
    rule = DomainRule(host="beta.test", severity=Severity.SUSPEND, created_at=NOW)
    await us.db.write(domains.put, rule)
    await us.db.write(hosts.mark_dead, "gamma.test", now=NOW)
    await us.post(amy)
    await delete(us, first)
    await us.run()
    assert beta.types == ["Create"]
    assert gamma.types == ["Create", "Delete"]


async def test_a_closed_server_sends_to_those_it_allows_only(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    settings = us.peer.settings
    closed = structs.replace(settings, federation=structs.replace(settings.federation, mode=FederationMode.ALLOWLIST))
    us.peer = replace(us.peer, settings=closed)
    await us.follower(amy, "ben", "beta.test")
    await us.follower(amy, "cai", "gamma.test")
    await us.db.write(domains.put, DomainRule(host="beta.test", severity=Severity.NONE, allowed=True, created_at=NOW))
    await us.post(amy)
    await us.run()
    assert (beta.types, gamma.types) == (["Create"], [])

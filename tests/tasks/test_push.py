"""Browsers and phones are told: real messages to a push service of our own, read by another implementation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from fedisw.crypto import vapid, webpush
from fedisw.jobs.notices import SendPush
from fedisw.model.accounts import Account, Picture
from fedisw.model.errors import Forbidden, Unreachable
from fedisw.model.notices import Handling, Policy
from fedisw.model.oauth import App, Token
from fedisw.model.push import PushPolicy, PushSubscription
from fedisw.model.statuses import Visibility
from fedisw.net.breaker import LeftAlone
from fedisw.services import blocking, interactions, notices
from fedisw.services import oauth as oauth_service
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, oauth, push, users
from fedisw.storage.queries import notifications as rows
from fedisw.tasks.house import House
from fedisw.tasks.push import send
from tests.net.servers import Names, serving
from tests.support import node
from tests.support.factories import NOW, new_id, post, put_account, put_follow, receive, waiting
from tests.support.node import Program
from tests.support.pushing import Browser, token_in

ENDPOINT, TOKEN = "https://push.test/send/abc", "token-of-the-phone"


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with node.running("webpush.mjs") as program:
        yield program


def subscribe(tx: Tx, house: House, account: Account, browser: Browser, **changes: Any) -> PushSubscription:
    number = new_id()
    app = App(id=number, client_id=str(number), secret_hash=b"x", name="App", redirect_uris=(), scopes="push", created_at=NOW)
    oauth.add_app(tx, app)
    token = Token(id=number, token_hash=str(number).encode(), app_id=number, account_id=account.id, scopes="push", created_at=NOW)
    oauth.add_token(tx, token)
    known = webpush.Secrets(p256dh=browser.p256dh, auth=browser.auth, token=TOKEN)
    values: dict[str, Any] = {
        "id": 0,
        "token_id": number,
        "account_id": account.id,
        "endpoint": ENDPOINT,
        "sealed": webpush.sealed(known, sealer=house.sealer, token_id=number),
        "standard": True,
        "alerts": {"mention": True, "follow": True, "favourite": True},
        "created_at": NOW,
        "updated_at": NOW,
    }
    return push.put(tx, PushSubscription(**(values | changes)))


def jobs_of(tx: Tx) -> list[SendPush]:
    return [job for job in waiting(tx) if isinstance(job, SendPush)]


def mention(tx: Tx, house: House, browser: Browser, *, say: str = "Hello @amy", **changes: Any) -> list[SendPush]:
    """Ben mentions Amy, who has a phone."""
    amy, ben = put_account(tx, "amy"), put_account(tx, "ben", display_name="Ben <b>")
    subscribe(tx, house, amy, browser, **changes.pop("subscription", {}))
    post(tx, ben, say, mentioned=(amy.id,), **changes)
    return jobs_of(tx)


@pytest.mark.parametrize("standard", [True, False])
async def test_a_phone_reads_what_happened(house: House, names: Names, program: Program, standard: bool) -> None:
    house, browser = replace(house, now=lambda: NOW), Browser()
    async with serving(names, "push.test", browser.service):
        (job,) = await house.db.write(mention, house, browser, subscription={"standard": standard})
        await send(house, job)
        await send(house, job)  # twice: the same topic, so that the second replaces the first
    (headers, body), (again, _) = browser.came
    assert (headers["TTL"], headers["Urgency"], headers["Topic"]) == ("172800", "normal", f"n{job.notification_id}")
    assert again["Topic"] == headers["Topic"]
    assert headers["Content-Encoding"] == ("aes128gcm" if standard else "aesgcm")
    assert browser.read(program, headers, body) == {
        "access_token": TOKEN,
        "preferred_locale": "en",
        "notification_id": job.notification_id,
        "notification_type": "mention",
        "icon": "https://alpha.test/favicon.ico",
        "title": "Ben <b> mentioned you",
        "body": "Hello @amy",
    }
    token, public = token_in(headers)
    found = program.ask("token", token=token, publicKey=public)
    assert (found["good"], found["claims"]["aud"]) == (True, "https://push.test")
    assert public == vapid.public_text(vapid.load(house.settings.secrets.vapid_private_key.reveal()))


@pytest.mark.parametrize(
    "changes",
    [{"visibility": Visibility.DIRECT}, {"visibility": Visibility.PRIVATE}, {"local_only": True}],
)
async def test_of_what_not_everybody_may_read_nothing_is_told(
    house: House, names: Names, program: Program, changes: dict[str, Any]
) -> None:
    house, browser = replace(house, now=lambda: NOW), Browser()
    async with serving(names, "push.test", browser.service):
        say = {"say": "Client K. moved", "spoiler_text": "Case of K."}
        (job,) = await house.db.write(mention, house, browser, **say, **changes)
        await send(house, job)
    said = browser.read(program, *browser.came[0])
    assert said["body"] == "Open the app to read it."
    assert "K." not in str(said)


async def test_a_content_note_stands_for_the_text_and_words_are_of_the_person(
    house: House, names: Names, program: Program
) -> None:
    house, browser = replace(house, now=lambda: NOW), Browser()

    def unit(tx: Tx) -> list[SendPush]:
        made = mention(tx, house, browser, say="x" * 500, spoiler_text="long " * 100)
        amy = accounts.find_local(tx, "amy")
        assert amy is not None
        users.replace(tx, replace(users.get(tx, amy.id), locale="es"))
        rob = put_account(tx, "rob", "beta.test", avatar=Picture(remote_url="https://beta.test/a.png"))
        receive(tx, rob, "Hi", mentioned=(amy.id,))
        return [*made, *jobs_of(tx)]

    async with serving(names, "push.test", browser.service):
        first, _, second = await house.db.write(unit)
        for job in (first, second):
            await send(house, job)
    one, two = (browser.read(program, *came) for came in browser.came)
    assert (one["preferred_locale"], len(one["body"]), one["body"][:9]) == ("es", 140, "long long")
    assert one["title"] != "Ben <b> mentioned you"
    assert two["icon"].startswith("https://alpha.test/media/proxy/")


async def test_what_may_not_be_told_any_more_is_not_sent(house: House, names: Names) -> None:
    house, browser = replace(house, now=lambda: NOW), Browser()

    def block(tx: Tx) -> SendPush:
        (job,) = mention(tx, house, browser)
        amy, ben = accounts.find_local(tx, "amy"), accounts.find_local(tx, "ben")
        assert amy is not None
        assert ben is not None
        blocking.block(tx, account=ben, target=amy, uri="https://home.test/b", block_id=new_id(), now=NOW)
        return job

    async with serving(names, "push.test", browser.service):
        job = await house.db.write(block)
        await send(house, job)
        await house.db.write(_forget, job.notification_id)
        await send(house, job)
        await house.db.write(push.remove, job.subscription_id)
        await send(house, job)
    assert browser.came == []


@pytest.mark.parametrize(
    ("status", "error", "kept"),
    [
        (404, Forbidden, False),
        (410, Forbidden, False),
        (403, Forbidden, False),
        (429, Unreachable, True),
        (408, Unreachable, True),
        (503, Unreachable, True),
    ],
)
async def test_a_service_that_knows_the_subscription_no_more_ends_it(
    house: House, names: Names, status: int, error: type[Exception], kept: bool
) -> None:
    house, browser = replace(house, now=lambda: NOW), Browser(status=status)
    async with serving(names, "push.test", browser.service):
        (job,) = await house.db.write(mention, house, browser)
        with pytest.raises(error):
            await send(house, job)
    assert (await house.db.read(push.find, job.subscription_id) is not None) is kept


async def test_an_address_inside_is_never_called(house: House) -> None:
    """The name leads to a private address by the time of sending (NET-4): refused for good."""
    house, browser = replace(house, now=lambda: NOW), Browser()
    (job,) = await house.db.write(mention, house, browser, subscription={"endpoint": "https://10.0.0.1/x"})
    with pytest.raises(Forbidden):
        await send(house, job)
    assert await house.db.read(push.find, job.subscription_id) is None


async def test_a_service_that_is_away_is_tried_again(house: House) -> None:
    house, browser = replace(house, now=lambda: NOW), Browser()
    (job,) = await house.db.write(mention, house, browser)
    for _ in range(6):
        with pytest.raises((Unreachable, LeftAlone)):
            await send(house, job)
    assert await house.db.read(push.find, job.subscription_id) is not None
    assert job.host == "push.test"


async def test_only_what_was_asked_for_makes_a_job(house: House) -> None:
    def unit(tx: Tx) -> dict[str, int]:
        amy, ben, cat = (put_account(tx, name) for name in ("amy", "ben", "cat"))
        put_follow(tx, amy, ben)
        put_follow(tx, cat, amy)
        wanted = {
            "all": {},
            "silent": {"alerts": {"mention": False, "follow": True}},
            "followed": {"policy": PushPolicy.FOLLOWED},
            "follower": {"policy": PushPolicy.FOLLOWER},
            "none": {"policy": PushPolicy.NONE},
        }
        made = {name: subscribe(tx, house, amy, Browser(), **changes).id for name, changes in wanted.items()}
        found = dict.fromkeys(made, 0)
        for author in (ben, cat, put_account(tx, "dan")):
            post(tx, author, "@amy", mentioned=(amy.id,))
        for job in jobs_of(tx):
            (name,) = (name for name, number in made.items() if number == job.subscription_id)
            found[name] += 1
        return found

    assert await house.db.write(unit) == {"all": 3, "silent": 0, "followed": 1, "follower": 1, "none": 0}


async def test_what_is_kept_apart_or_told_before_makes_none(house: House) -> None:
    def unit(tx: Tx) -> list[int]:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        subscribe(tx, house, amy, Browser())
        mine = post(tx, amy)
        counts = []
        for wanted in (Handling.ACCEPT, Handling.ACCEPT, Handling.FILTER):
            notices.set_policy(tx, amy.id, Policy(for_not_following=wanted))
            _like_again(tx, ben, mine.id)
            counts.append(len(jobs_of(tx)))
        post(tx, ben, "@amy", mentioned=(amy.id,))
        return [*counts, len(jobs_of(tx))]

    assert await house.db.write(unit) == [1, 1, 1, 1]


async def test_the_end_of_a_token_ends_its_subscription(house: House) -> None:
    def unit(tx: Tx) -> tuple[int, int]:
        amy = put_account(tx, "amy")
        first, second = (subscribe(tx, house, amy, Browser()) for _ in range(2))
        oauth_service.end_token(tx, first.token_id)
        return len(push.of_accounts(tx, [amy.id])), second.id

    left, _ = await house.db.write(unit)
    assert left == 1


def test_no_job_carries_anything_that_is_secret() -> None:
    job = SendPush(subscription_id=1, notification_id=2, at_host="push.test")
    assert msgspec.json.decode(job.encode()) == {"subscription_id": 1, "notification_id": 2, "at_host": "push.test"}


def _like_again(tx: Tx, account: Account, status_id: int) -> None:
    interactions.favourite(
        tx, account=account, status_id=status_id, favourite_id=new_id(), uri=f"https://home.test/{new_id()}", now=NOW
    )


def _forget(tx: Tx, notification_id: int) -> None:
    rows.remove(tx, notification_id, account_id=0)

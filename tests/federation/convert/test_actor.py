"""An actor's document to an account with its keys."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.crypto import keys
from fedisw.federation.convert import actor as convert
from fedisw.model.accounts import Account, ActorType, KeyKind
from fedisw.vocab.actors import Actor, parse_actor
from tests.support.factories import NOW

URI = "https://beta.test/users/ben"
RSA = keys.public_pem(keys.generate_rsa().public_key())
ED25519 = keys.public_multibase(keys.generate_ed25519().public_key())


def an_actor(**members: Any) -> Actor:
    return parse_actor({"id": URI, "type": "Person", "preferredUsername": "ben", "inbox": f"{URI}/inbox"} | members)


def an_account(**members: Any) -> Account:
    return convert.account_of(an_actor(**members), account_id=1, handle=("ben", "beta.test"), now=NOW)


def test_an_actor_with_nothing_is_an_account_at_rest():
    account = an_account()
    assert (account.acct, account.uri, account.url, account.inbox_uri) == ("ben@beta.test", URI, URI, f"{URI}/inbox")
    assert (account.created_at, account.fetched_at, account.statuses_count, account.suspended_at) == (NOW, NOW, 0, None)
    assert not any((account.discoverable, account.indexable, account.memorial, account.approves_followers))


def test_text_of_a_profile_is_cleaned():
    account = an_account(
        name="Ben \u202eevil\u200b\n",
        summary='<p onclick="x">Hi <a href="javascript:x">x</a></p><svg>',
        attachment=[{"type": "PropertyValue", "name": "Web\u202e", "value": '<a href="https://ben.example" rel="me">x</a>'}],
    )
    assert (account.display_name, account.note) == ("Ben evil", "<p>Hi x</p>")
    (row,) = account.fields
    assert row.name == "Web"
    assert row.value == '<a href="https://ben.example" target="_blank" rel="nofollow noopener noreferrer">x</a>'
    assert row.verified_at is None


@pytest.mark.parametrize("kind", list(ActorType))
def test_the_five_kinds_stay_what_they_are(kind: ActorType):
    assert an_account(type=kind.value).actor_type is kind


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"endpoints": {"sharedInbox": "https://beta.test/inbox"}}, "https://beta.test/inbox"),
        ({"endpoints": {"sharedInbox": "https://gamma.test/inbox"}}, ""),
        ({}, ""),
    ],
)
def test_a_shared_inbox_is_on_the_host_of_the_inbox(members: dict[str, Any], expected: str):
    assert an_account(**members).shared_inbox_uri == expected


def test_emoji_are_the_first_of_each_name():
    def icon(name: str) -> dict[str, Any]:
        return {"type": "Emoji", "name": ":care:", "icon": {"type": "Image", "url": f"https://beta.test/{name}.png"}}

    assert [emoji.url for emoji in an_account(tag=[icon("a"), icon("b")]).emojis] == ["https://beta.test/a.png"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [(":blob_cat+1:", "blob_cat+1"), ("ねこ", "ねこ"), (':"><b>:', None), (":a b:", None), (":" + "x" * 101 + ":", None)],
)
def test_a_name_of_an_emoji_is_letters_and_digits(name: str, expected: str | None):
    tag = {"type": "Emoji", "name": name, "icon": {"type": "Image", "url": "https://beta.test/a.png"}}
    assert [emoji.shortcode for emoji in an_account(tag=tag).emojis] == ([expected] if expected else [])


def test_keys_of_both_kinds_are_read():
    found = convert.keys_of(
        an_actor(
            publicKey={"id": f"{URI}#main-key", "owner": URI, "publicKeyPem": RSA},
            assertionMethod=[{"id": f"{URI}#ed", "type": "Multikey", "controller": URI, "publicKeyMultibase": ED25519}],
        ),
        account_id=1,
        now=NOW,
    )
    assert [(key.key_id, key.kind) for key in found] == [(f"{URI}#main-key", KeyKind.RSA), (f"{URI}#ed", KeyKind.ED25519)]
    assert all(key.private_sealed is None for key in found)


@pytest.mark.parametrize(
    "key",
    [
        {"owner": "https://beta.test/users/eve"},
        {"owner": "https://gamma.test/users/ben"},
        {"id": "https://gamma.test/users/ben#main-key"},
        {"publicKeyPem": "nonsense"},
        {"publicKeyPem": ""},
    ],
    ids=["a neighbour's", "another server's", "elsewhere", "broken", "empty"],
)
def test_keys_of_others_and_broken_ones_are_left_out(key: dict[str, str]):
    document = {"id": f"{URI}#main-key", "owner": URI, "publicKeyPem": RSA} | key
    assert convert.keys_of(an_actor(publicKey=document), account_id=1, now=NOW) == ()

"""Actors and their keys."""

from __future__ import annotations

import pytest

from fedisw.model.errors import Invalid
from fedisw.vocab import limits
from fedisw.vocab.actors import Actor, Field, parse_actor
from fedisw.vocab.keys import Key, parse_key_ids, parse_keys
from fedisw.vocab.policies import Rule
from fedisw.vocab.read import Document, Json

ID, INBOX, KEY = "https://a.example/u/ana", "https://a.example/u/ana/inbox", "https://a.example/u/ana#main-key"
PEM = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"


def actor(**members: Json) -> Actor:
    return parse_actor({"id": ID, "type": "Person", "preferredUsername": "ana", "inbox": INBOX, **members})


def test_the_least_actor_is_read():
    found = actor()
    assert (found.preferred_username, found.inbox, found.url) == ("ana", INBOX, ID)


@pytest.mark.parametrize("kind", ["Application", "Group", "Organization", "Person", "Service"])
def test_five_types_are_actors(kind: str):
    assert actor(type=kind).type == kind
    assert actor(type=[kind, "https://x.example/Odd"]).type == kind


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"id": None}, "id"),
        ({"type": "Note"}, "type"),
        ({"type": ["Person", "Group"]}, "type"),
        ({"inbox": None}, "inbox"),
        ({"preferredUsername": None}, "preferredUsername"),
        ({"preferredUsername": "a b"}, "preferredUsername"),
        ({"preferredUsername": "ana@b.example"}, "preferredUsername"),
        ({"preferredUsername": "a/b"}, "preferredUsername"),
        ({"preferredUsername": "x" * 2_049}, "preferredUsername"),
    ],
)
def test_an_actor_without_what_it_needs_is_refused(members: Document, field: str):
    with pytest.raises(Invalid) as caught:
        actor(**members)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("value", "webfinger"),
    [
        ("ana@Social.example", "ana@social.example"),
        ("acct:ana@a.example:8443", "ana@a.example:8443"),
        ("ana", ""),
        (["ana@a.example"], ""),
        ("a b@a.example", ""),
        (None, ""),
    ],
)
def test_the_webfinger_member_counts_in_its_one_form(value: Json, webfinger: str):
    assert actor(webfinger=value).webfinger == webfinger


def test_the_webfinger_member_stands_in_for_the_username():
    assert actor(preferredUsername=None, webfinger="ana@social.example").preferred_username == "ana"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example/@ana", "https://a.example/@ana"),
        ("https://b.example/@ana", ID),
        (
            [
                {"type": "Link", "href": "https://a.example/feed", "mediaType": "application/rss+xml"},
                {"type": "Link", "href": "https://a.example/@ana", "mediaType": "text/html"},
            ],
            "https://a.example/@ana",
        ),
        (None, ID),
    ],
)
def test_the_profile_page_is_on_the_host_of_the_id(url: Json, found: str):
    assert actor(url=url).url == found


def test_a_collection_or_inbox_on_another_host_is_not_believed():
    elsewhere = "https://b.example/x"
    found = actor(
        followers=elsewhere, following=elsewhere, featured=elsewhere, outbox=elsewhere, endpoints={"sharedInbox": elsewhere}
    )
    assert (found.followers, found.following, found.featured, found.outbox, found.shared_inbox) == (None,) * 5


@pytest.mark.parametrize(
    "members", [{"endpoints": {"sharedInbox": INBOX}}, {"sharedInbox": INBOX}, {"endpoints": [{"sharedInbox": INBOX}]}]
)
def test_the_shared_inbox_is_read_at_both_places(members: Document):
    assert actor(**members).shared_inbox == INBOX


def test_an_embedded_collection_counts_as_its_id():
    assert actor(featured={"type": "OrderedCollection", "id": f"{ID}/featured"}).featured == f"{ID}/featured"


def test_flags_are_false_unless_told():
    flags = ("approves_followers", "indexable", "memorial", "suspended", "hides_public", "hides_unlisted")
    names = ("manuallyApprovesFollowers", "indexable", "memorial", "suspended")
    told = actor(**dict.fromkeys((*names, "hidesToPublicFromUnauthedWeb", "hidesCcPublicFromUnauthedWeb"), True))
    assert [getattr(actor(), flag) for flag in flags] == [False] * 6
    assert [getattr(told, flag) for flag in flags] == [True] * 6
    assert (actor().discoverable, actor(discoverable="false").discoverable) == (None, False)


def test_texts_are_cut_and_lists_are_bounded():
    rows: list[Json] = [{"type": "PropertyValue", "name": "n" * 2_001, "value": "v" * 2_001}] * (limits.FIELDS + 1)
    aliases: list[Json] = [f"{ID}/{number}" for number in range(limits.ALIASES + 1)]
    domains: list[Json] = [f"d{number}.example" for number in range(limits.ATTRIBUTION_DOMAINS + 1)]
    found = actor(name="n" * 501, summary="s" * 20_001, attachment=rows, alsoKnownAs=aliases, attributionDomains=domains)
    assert (len(found.name), len(found.summary), len(found.fields)) == (500, 20_000, 50)
    assert (len(found.fields[0].name), len(found.fields[0].value)) == (2_000, 2_000)
    assert (len(found.also_known_as), len(found.attribution_domains)) == (256, 256)


def test_only_property_values_are_fields():
    rows: list[Json] = [
        {"type": "Link", "name": "Blog", "href": ID},
        {"type": "PropertyValue", "name": "Blog", "value": 7},
        {"type": "PropertyValue", "value": "x"},
        "x",
    ]
    assert actor(attachment=rows).fields == (Field(name="Blog", value=""),)


@pytest.mark.parametrize(
    ("members", "moderators", "owners"),
    [
        ({"attributedTo": f"{ID}/mods"}, f"{ID}/mods", ()),
        ({"moderators": f"{ID}/mods", "attributedTo": f"{ID}/other"}, f"{ID}/mods", ()),
        ({"attributedTo": [{"type": "Person", "id": ID}]}, None, (ID,)),
        ({}, None, ()),
    ],
)
def test_moderators_are_a_collection_or_people(members: Document, moderators: str | None, owners: tuple[str, ...]):
    found = actor(type="Group", **members)
    assert (found.moderators, found.owners) == (moderators, owners)


def test_who_may_feature_and_what_is_implemented_are_read():
    found = actor(
        interactionPolicy={"canFeature": {"automaticApproval": ["as:Public"]}},
        generator={"type": "Application", "implements": [{"href": "https://x.example/rfc9421"}, {"name": "none"}]},
    )
    assert found.policy is not None
    assert found.policy.can_feature == Rule(automatic=("https://www.w3.org/ns/activitystreams#Public",))
    assert found.implements == ("https://x.example/rfc9421",)


def key(**members: Json) -> Document:
    return {"id": KEY, "owner": ID, "publicKeyPem": PEM, **members}


@pytest.mark.parametrize(
    "document",
    [
        {"id": ID, "publicKey": key()},
        {"id": ID, "publicKey": [key()]},
        {"id": ID, "type": "Person", "publicKey": key()},  # GoToSocial's stub of an actor
        key(type="CryptographicKey"),
    ],
)
def test_a_key_is_found_in_actors_stubs_and_alone(document: Document):
    assert parse_keys(document) == (Key(id=KEY, owner=ID, pem=PEM),)


def test_a_multikey_is_found_beside_the_rsa_key():
    multikey: Document = {"id": f"{ID}#ed", "type": "Multikey", "controller": ID, "publicKeyMultibase": "z6Mk"}
    found = parse_keys({"id": ID, "publicKey": key(), "assertionMethod": multikey})
    assert found == (Key(id=KEY, owner=ID, pem=PEM), Key(id=f"{ID}#ed", owner=ID, multibase="z6Mk"))


@pytest.mark.parametrize(
    "value",
    [
        KEY,
        {"id": KEY, "owner": ID},
        {"owner": ID, "publicKeyPem": PEM},
        {"id": KEY, "publicKeyPem": {"@value": PEM}},
        {"id": KEY, "sec:publicKeyPem": PEM},
        {"id": KEY, "publicKeyPem": "x" * (limits.KEY_TEXT + 1)},
        None,
    ],
)
def test_what_has_no_literal_key_is_none(value: Json):
    assert parse_keys({"id": ID, "publicKey": value}) == ()


def test_a_key_without_owner_names_nobody():
    assert parse_keys({"id": ID, "publicKey": key(owner=None)})[0].owner is None


def test_key_ids_are_listed_embedded_or_bare():
    assert parse_key_ids({"publicKey": KEY, "assertionMethod": [{"id": f"{ID}#ed"}, f"{ID}#other"]}) == (
        KEY,
        f"{ID}#ed",
        f"{ID}#other",
    )


def test_10_keys_are_read_and_no_more():
    many: list[Json] = [key(id=f"{KEY}{number}") for number in range(11)]
    assert len(parse_keys({"id": ID, "publicKey": many[:10]})) == 10
    assert len(parse_keys({"id": ID, "publicKey": many})) == 10
    assert len(parse_keys({"id": ID, "publicKey": many[:6], "assertionMethod": many[6:]})) == 10
    assert len(parse_key_ids({"publicKey": many[:6], "assertionMethod": many[6:]})) == 10

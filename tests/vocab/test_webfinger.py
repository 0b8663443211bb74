"""WebFinger answers: recorded ones read, ours built (federation, section 1.2)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.federation.ingest import document
from fedisw.model.errors import Invalid, Malformed
from fedisw.vocab import limits
from fedisw.vocab.read import Document, Json
from fedisw.vocab.webfinger import JrdLink, build_jrd, parse_jrd
from tests.support.recorded import answer

ACTOR = "https://a.example/u/ana"


@pytest.mark.parametrize(
    ("name", "subject", "actor", "links"),
    [
        (
            "gancio/mbz-test_gancio-webfinger.json",
            "acct:gancio@demo.gancio.org",
            "https://demo.gancio.org/federation/u/gancio",
            1,
        ),
        ("mastodon/mbz-test_mastodon-webfinger.json", "acct:tcit@social.tcit.fr", "https://social.tcit.fr/users/tcit", 3),
        (
            "peertube/mbz-test_peertube-webfinger.json",
            "acct:framasoft@framatube.org",
            "https://framatube.org/accounts/framasoft",
            2,
        ),
        ("pleroma/mbz-test_pleroma-webfinger.json", "acct:lain@pleroma.soykaf.com", "https://pleroma.soykaf.com/users/lain", 4),
        (
            "wordpress/wp-test_notiz-blog-well-known-webfinger.json",
            "acct:pfefferle@notiz.blog",
            "https://notiz.blog/author/matthias-pfefferle/",
            28,
        ),
    ],
)
def test_a_recorded_answer_names_its_account_and_actor(name: str, subject: str, actor: str, links: int):
    found = parse_jrd(document(answer(name)))
    assert (found.subject, found.actor, len(found.links)) == (subject, actor, links)
    assert found.account == tuple(subject.removeprefix("acct:").split("@"))


def test_a_recorded_page_in_place_of_an_answer_is_malformed():
    with pytest.raises(Malformed):
        document(answer("wordpress/wp-test_example-com-well-known-webfinger.json"))


@pytest.mark.parametrize("subject", [None, "", 7, ["acct:a@b.example"], "x" * 2_049])
def test_an_answer_without_subject_is_refused(subject: Json):
    with pytest.raises(Invalid) as caught:
        parse_jrd({"subject": subject, "links": []})
    assert caught.value.field == "subject"


@pytest.mark.parametrize(
    ("link", "actor"),
    [
        ({"rel": "self", "type": "application/activity+json", "href": ACTOR}, ACTOR),
        ({"rel": "self", "type": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"', "href": ACTOR}, ACTOR),
        ({"rel": "self", "type": 'application/ld+json;profile="https://www.w3.org/ns/activitystreams"', "href": ACTOR}, None),
        ({"rel": "self", "type": "application/activity+json; charset=utf-8", "href": ACTOR}, None),
        ({"rel": "self", "type": "application/json", "href": ACTOR}, None),
        ({"rel": "self", "href": ACTOR}, None),
        ({"rel": "Self", "type": "application/activity+json", "href": ACTOR}, None),
        ({"rel": "self", "type": "application/activity+json", "href": "ftp://a.example"}, None),
        ({"rel": "self", "type": "application/activity+json", "href": {"id": ACTOR}}, None),
        ({"type": "application/activity+json", "href": ACTOR}, None),
        ("self", None),
    ],
)
def test_the_actor_is_the_self_link_with_exactly_the_right_type(link: Json, actor: str | None):
    assert parse_jrd({"subject": "acct:ana@a.example", "links": [None, link]}).actor == actor


@pytest.mark.parametrize(
    ("subject", "account"),
    [
        ("acct:Ana@SWORK.example", ("Ana", "swork.example")),
        ("ACCT:ana@a.example:8443", ("ana", "a.example:8443")),
        ("https://a.example/@ana", None),
        ("ana@a.example", None),
        ("acct:ana@b@a.example", None),
    ],
)
def test_an_account_is_an_acct_uri(subject: str, account: tuple[str, str] | None):
    assert parse_jrd({"subject": subject}).account == account


def test_200_links_are_read_and_no_more():
    links: list[Json] = [{"rel": f"r{number}"} for number in range(limits.JRD_LINKS + 1)]
    assert len(parse_jrd({"subject": "acct:a@b.example", "links": links}).links) == limits.JRD_LINKS


def test_a_link_with_a_member_too_long_is_left_out():
    links: list[Json] = [{"rel": "x" * 2_049}, {"rel": "x", "href": "x" * 2_049}, {"rel": "x" * 2_048}]
    assert len(parse_jrd({"subject": "acct:a@b.example", "links": links}).links) == 1


def test_what_is_built_is_read_again_and_rels_filter_links_only():
    links = (
        JrdLink(rel="self", type="application/activity+json", href=ACTOR),
        JrdLink(rel="http://ostatus.org/schema/1.0/subscribe", template="https://a.example/authorize_interaction?uri={uri}"),
    )
    built = build_jrd(subject="acct:ana@a.example", aliases=[ACTOR], links=links)
    assert parse_jrd(built).links == links
    assert built["links"] == [
        {"rel": "self", "type": "application/activity+json", "href": ACTOR},
        {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": "https://a.example/authorize_interaction?uri={uri}"},
    ]
    assert build_jrd(subject="s", aliases=[], links=links, rels=["self"])["links"] == [built["links"][0]]
    assert build_jrd(subject="s", aliases=[], links=links, rels=["unknown"])["links"] == []


@given(
    st.dictionaries(
        st.sampled_from(["subject", "aliases", "links", "rel"]), st.one_of(st.none(), st.text(), st.lists(st.none() | st.text()))
    )
)
def test_any_answer_is_read_or_refused(value: Document):
    with contextlib.suppress(Invalid):
        parse_jrd(value)

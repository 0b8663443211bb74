"""NodeInfo: recorded documents read, ours built (federation, section 1.3)."""

from __future__ import annotations

import pytest

from fedisw.federation.ingest import document
from fedisw.model.errors import Invalid
from fedisw.vocab.nodeinfo import NodeInfoLinks, build_links, build_nodeinfo, parse_links, parse_nodeinfo
from fedisw.vocab.read import Document, Json
from tests.support.recorded import answer

WP = "https://event-federation.eu/wp-json/activitypub/1.0/nodeinfo"


@pytest.mark.parametrize(
    ("name", "links"),
    [
        ("both_versions", NodeInfoLinks(version="2.1", href="https://mobilizon.fr/.well-known/nodeinfo/2.1")),
        ("older_versions", NodeInfoLinks()),
        ("regular", NodeInfoLinks(version="2.0", href=WP)),
        ("wp-event-federation", NodeInfoLinks(version="2.0", href=WP, application="https://event-federation.eu/actor-relay")),
    ],
)
def test_the_best_recorded_version_is_chosen(name: str, links: NodeInfoLinks):
    assert parse_links(document(answer(f"nodeinfo/mbz-test_{name}.json"))) == links


@pytest.mark.parametrize(
    ("name", "software", "version", "users", "posts", "is_open"),
    [("data", "mobilizon", "5.1.0", 9_204, 7_545, True), ("wp-data", "wordpress", "6.4.2", 1, 3, False)],
)
def test_a_recorded_document_is_read(name: str, software: str, version: str, users: int, posts: int, is_open: bool):
    found = parse_nodeinfo(document(answer(f"nodeinfo/mbz-test_{name}.json")))
    assert (found.software, found.software_version, found.users, found.posts) == (software, version, users, posts)
    assert (found.open_registrations, found.protocols) == (is_open, ("activitypub",))


@pytest.mark.parametrize("software", [None, "x", {}, {"name": " "}, {"name": 7}])
def test_a_document_without_software_is_refused(software: Json):
    with pytest.raises(Invalid):
        parse_nodeinfo({"version": "2.0", "software": software})


@pytest.mark.parametrize(
    "links", [None, "x", [None, "x", {}, {"rel": 7}, {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1"}]]
)
def test_links_that_are_none_lead_nowhere(links: Json):
    assert parse_links({"links": links}) == NodeInfoLinks()


def built(version: str, **counts: int) -> Document:
    return build_nodeinfo(
        version=version,
        software_version="1.0.0",
        repository="https://code.example/fedisw",
        homepage="https://fedisw.example",
        open_registrations=False,
        node_name="Social Work Commons",
        node_description="A network for social workers",
        staff=["https://swork.example/ap/actors/1"],
        **counts,
    )


def test_ours_is_as_the_wire_reference_shows_it():
    assert built("2.1", users=412, active_month=130, active_half_year=301, posts=5_120, comments=0) == {
        "version": "2.1",
        "software": {
            "name": "fedisw",
            "version": "1.0.0",
            "repository": "https://code.example/fedisw",
            "homepage": "https://fedisw.example",
        },
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {"users": {"total": 412, "activeMonth": 130, "activeHalfyear": 301}, "localPosts": 5_120, "localComments": 0},
        "metadata": {
            "nodeName": "Social Work Commons",
            "nodeDescription": "A network for social workers",
            "staffAccounts": ["https://swork.example/ap/actors/1"],
            "federation": {"enabled": True},
        },
    }


def test_version_2_0_has_no_repository_and_hidden_counts_leave_an_empty_users():
    document = built("2.0")
    assert document["software"] == {"name": "fedisw", "version": "1.0.0"}
    assert document["usage"] == {"users": {}}


def test_another_version_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no such version"):
        built("1.0")


def test_our_links_are_read_again():
    documents = {version: f"https://swork.example/nodeinfo/{version}" for version in ("2.0", "2.1")}
    built_links = build_links(documents=documents, application="https://swork.example/actor")
    assert parse_links(built_links) == NodeInfoLinks(
        version="2.1", href="https://swork.example/nodeinfo/2.1", application="https://swork.example/actor"
    )

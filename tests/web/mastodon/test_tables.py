"""The checker of entities reads the document as it is meant, and sees what it must see."""

from __future__ import annotations

import pytest

from tests.support.entities.check import faults
from tests.support.entities.rows import NO_ENTITY, row_of, rows, wrong
from tests.support.entities.settled import tables

RULE = {"id": "1", "text": "Be kind", "hint": "", "translations": {}}
TAG = {"id": "", "name": "a", "url": "https://a.test/tags/a", "history": []}
KINDS = {
    "text", "id", "id-or-empty", "url", "int", "number", "bool", "true", "moment", "midnight", "second", "day", "digits",
    "any", "flags", "socket",
}  # fmt: skip
ONE_WORD = {"Bearer", "1.0", "rich"}


def kinds_of(name: str) -> dict[str, tuple[str, bool, bool]]:
    return {key: (one.kind, one.null, one.optional) for key, one in tables()[name].members.items()}


def test_tables_of_the_document_are_read_row_by_row() -> None:
    account, status = kinds_of("Account"), kinds_of("Status")
    assert (len(account), len(status)) == (38, 36)
    assert account["created_at"] == ("midnight", False, False)
    assert account["moved"] == ("Account", True, True)
    assert status["visibility"] == ("public,unlisted,private,direct", False, False)
    assert tables()["Status"].members["pinned"].for_viewer
    assert kinds_of("CredentialAccount.source")["language"] == ("text", True, False)
    assert kinds_of("Instance.configuration.timelines_access.live_feeds")["remote"][0] == "public,authenticated,disabled"


def test_lists_in_sentences_of_the_document_are_read() -> None:
    assert kinds_of("List") == {
        "id": ("id", False, False),
        "title": ("text", False, False),
        "replies_policy": ("followed,list,none", False, False),
        "exclusive": ("bool", False, False),
    }
    assert kinds_of("CustomEmoji")["category"] == ("text", True, True)
    assert kinds_of("Report")["action_taken_at"] == ("moment", True, False)
    assert kinds_of("Translation.poll.options") == {"title": ("text", False, False)}


def test_everything_has_a_kind_that_is_known() -> None:
    for name, table in tables().items():
        assert table.members, name
        for member in table.members.values():
            kind = member.kind.removeprefix("[").removesuffix("]")
            words = set(kind.split(","))
            assert kind in KINDS or kind in tables() or words & ONE_WORD or len(words) > 1, (name, member)


def test_every_method_names_an_entity_that_is_known() -> None:
    for row in rows().values():
        if not row.entity.startswith(NO_ENTITY) and "/admin/" not in row.path:
            assert all(
                "is not " not in fault for fault in wrong(row, 200, {}, signed_in=True) if f"is not {row.entity}" in fault
            ), row
            assert row_of(row.method, row.path) is row


@pytest.mark.parametrize(
    ("value", "kind", "fault"),
    [
        (RULE | {"id": 1}, "Rule", "$.id is not id: 1"),
        (RULE | {"hint": None}, "Rule", "$.hint is null"),
        (RULE | {"more": 1}, "Rule", "$.more is not known"),
        ({}, "Marker", "$.last_read_id is missing"),
        (TAG | {"following": True}, "Tag", "$.following is there for nobody"),
        ("2026-11-21T12:00:00Z", "moment", "$ is not moment: '2026-11-21T12:00:00Z'"),
        ("2026-11-21T12:00:00.000Z", "midnight", "$ is not midnight: '2026-11-21T12:00:00.000Z'"),
        ("/relative", "url", "$ is not url: '/relative'"),
        ("https://a.test/ä", "url", "$ is not url: 'https://a.test/ä'"),
        ("wss://a.test/path", "socket", "$ is not socket: 'wss://a.test/path'"),
        (1.5, "int", "$ is not int: 1.5"),
        (True, "int", "$ is not int: True"),
        ({}, "[Rule]", "$ is no list"),
        ("local", "public,unlisted", "$ is not public,unlisted: 'local'"),
    ],
)
def test_a_wrong_value_is_seen(value: object, kind: str, fault: str) -> None:
    assert fault in faults(value, kind, signed_in=False)


def test_a_right_value_has_no_faults() -> None:
    assert faults(RULE, "Rule", signed_in=False) == []
    assert faults([TAG], "[Tag]", signed_in=False) == []
    assert faults(TAG, "Tag", signed_in=True) == ["$.following is missing", "$.featuring is missing"]


def test_errors_and_the_answer_to_delete_have_shapes_of_their_own() -> None:
    row = rows()["DELETE /api/v1/statuses/{}"]
    assert wrong(row, 404, {"error": "Record not found"}, signed_in=True) == []
    assert wrong(row, 422, {"message": "no"}, signed_in=True) == ["no error of ours: {'message': 'no'}"]
    assert wrong(row, 200, {"content": "<p>x</p>"}, signed_in=True) == ["$.text must stand there, and no content"]

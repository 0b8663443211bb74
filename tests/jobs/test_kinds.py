"""Payloads go into rows and come back."""

from __future__ import annotations

import pytest

from fedisw.jobs.kinds import KINDS, Job, UnknownKind, decode
from tests.jobs.kinds_for_tests import Send


def test_a_job_comes_back_as_it_was() -> None:
    job = Send(what="a", to="far.test", about="1")
    assert decode(job.kind, job.encode()) == job


@pytest.mark.parametrize(("kind", "payload"), [("Nothing", b"{}"), ("Send", b"{]"), ("Send", b'{"what": 1}'), ("Job", b"{}")])
def test_what_cannot_be_read_says_so(kind: str, payload: bytes) -> None:
    with pytest.raises(UnknownKind):
        decode(kind, payload)


def test_two_kinds_cannot_share_a_name() -> None:
    with pytest.raises(TypeError):
        type(Job)("Send", (Job,), {"__module__": "elsewhere"})
    assert KINDS["Send"] is Send

"""Keys of our own actors: opened, used, never shown (KEY-1)."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from fedisw.crypto import signatures, signed
from fedisw.crypto.seal import Sealer, Unsealable
from fedisw.crypto.signatures import Knock
from fedisw.crypto.signed import Request, Scheme
from fedisw.federation.signing import SigningKeys
from fedisw.model.errors import NotFound
from fedisw.storage.queries import keys
from tests.support.factories import HERE
from tests.support.sending import KEY, Sending

BODY = b'{"type":"Follow"}'
SHA = hashlib.sha256(BODY).digest()
INBOX = "https://beta.test/users/ben/inbox?x=1"


def seen(method: str, headers: dict[str, str], target: str = "/users/ben/inbox?x=1") -> Request:
    return Request.of(method=method, target=target, scheme="https", headers=list(headers.items()))


@pytest.mark.parametrize("scheme", [Scheme.CAVAGE, Scheme.RFC9421])
async def test_a_post_is_signed_so_that_others_can_verify_it(us: Sending, scheme: Scheme) -> None:
    amy = await us.person()
    headers = await us.peer.keys.post_headers(amy.id, url=INBOX, body_sha256=SHA, how=Knock(scheme=scheme))
    request = seen("POST", dict(headers))
    found = signatures.parse(request)
    assert (found.scheme, found.key_id) == (scheme, f"{amy.uri}#main-key")
    signed.check_body(found, request, BODY)
    signed.check_clock(found, now=us.clock())
    signed.verify(found, KEY.public_key())


async def test_the_query_can_be_left_out_of_the_old_form(us: Sending) -> None:
    amy = await us.person()
    headers = await us.peer.keys.post_headers(amy.id, url=INBOX, body_sha256=SHA, how=Knock(with_query=False))
    without = signatures.parse(seen("POST", dict(headers), target="/users/ben/inbox"))
    signed.verify(without, KEY.public_key())


@pytest.mark.parametrize("scheme", [Scheme.CAVAGE, Scheme.RFC9421])
async def test_a_fetch_is_signed_by_the_server_or_by_who_asks(us: Sending, scheme: Scheme) -> None:
    amy = await us.person()
    for account_id, owner in ((None, f"{HERE}/actor"), (amy.id, amy.uri)):
        headers_for = await us.peer.keys.signer(account_id, how=Knock(scheme=scheme))
        found = signatures.parse(seen("GET", dict(headers_for("GET", INBOX))))
        assert found.key_id == f"{owner}#main-key"
        signed.verify(found, KEY.public_key())


async def test_an_account_without_a_key_signs_nothing(us: Sending) -> None:
    bob = await us.home.person("bob")
    with pytest.raises(NotFound):
        await us.peer.keys.signer(bob.id)


async def test_a_key_is_read_once_and_again_after_it_was_changed(us: Sending) -> None:
    amy = await us.person()
    sealer = Sealer(us.peer.settings.secrets.master_key.key())
    ring = SigningKeys(db=us.db, sealer=sealer, origin=HERE, now=us.clock, threads=1)
    try:
        await ring.signer(amy.id)
        with us.db.counting() as statements:
            await ring.signer(amy.id)
        assert statements == []
        await us.db.write(keys.replace, amy.id, [])
        await ring.signer(amy.id)
        ring.forget(amy.id)
        with pytest.raises(NotFound):
            await ring.signer(amy.id)
    finally:
        ring.close()
        ring.close()


async def test_a_key_sealed_for_another_row_does_not_open(us: Sending) -> None:
    amy, bob = await us.person(), await us.home.person("bob")
    (stolen,) = await us.db.read(keys.of_account, amy.id)
    await us.db.write(keys.add, replace(stolen, key_id=f"{bob.uri}#main-key", account_id=bob.id))
    with pytest.raises(Unsealable):
        await us.peer.keys.signer(bob.id)


async def test_an_opened_key_does_not_show_itself(us: Sending) -> None:
    amy = await us.person()
    await us.peer.keys.signer(amy.id)
    assert "PRIVATE" not in repr(vars(us.peer.keys))

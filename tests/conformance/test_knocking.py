"""What we send is signed as others read it: statements 33, 34, 47, 48."""

from __future__ import annotations

import base64
import hashlib
from email.utils import format_datetime

import pytest

from fedisw.crypto import cavage, parameters, rfc9421, signed
from fedisw.crypto.signed import Request, Scheme
from fedisw.federation import resolve
from fedisw.model.accounts import Account
from fedisw.storage.queries import hosts
from tests.security.arriving import ONE
from tests.support.peers import AJ, PeerServer, rsa
from tests.support.sending import Receiver, Said, Sending


async def followed(us: Sending) -> tuple[Account, Receiver]:
    """Amy, who posts something, and beta, where somebody follows her."""
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.post(amy)
    return amy, beta


@ONE
async def test_033_posts_carry_date_digest_host_and_type_and_sign_all_of_them(us: Sending):
    _, beta = await followed(us)
    await us.run()
    (got,) = beta.got
    assert got.headers["Date"] == format_datetime(us.clock(), usegmt=True)
    assert got.headers["Digest"] == "SHA-256=" + base64.b64encode(hashlib.sha256(got.body).digest()).decode()
    assert (got.headers["Host"], got.headers["Content-Type"]) == ("beta.test", AJ)
    given = parameters.parse(got.headers["Signature"])
    assert given["algorithm"] == "rsa-sha256"
    assert given["headers"].split() == ["(request-target)", "host", "date", "digest", "content-type"]
    assert "Signature-Input" not in got.headers
    assert got.verify() == given["keyId"] == f"{got.document['actor']}#main-key"


@ONE
async def test_034_fetches_sign_target_host_and_date(us: Sending, beta: PeerServer):
    ben, amy = beta.person("ben"), await us.person()
    await resolve.account(us.peer, ben.uri)
    await resolve.account(us.peer, ben.uri, by=amy, refresh=True)
    fetches = [(head, asked) for head, asked in zip(beta.heads, beta.asked, strict=True) if asked == "GET /users/ben"]
    keys = []
    for head, _ in fetches:
        given = parameters.parse(head["Signature"])
        assert given["headers"].split() == ["(request-target)", "host", "date"]
        assert given["algorithm"] == "rsa-sha256"
        request = Request.of(method="GET", target="/users/ben", scheme="https", headers=head.items())
        found = cavage.parse(request)
        signed.check_clock(found, now=us.clock())
        signed.verify(found, rsa(0).public_key())
        keys.append(found.key_id)
    assert keys == ["https://home.test/actor#main-key", f"{amy.uri}#main-key"]


@ONE
@pytest.mark.parametrize("status", [400, 401])
async def test_047_a_refused_signature_is_followed_by_the_other_form_once_and_remembered(us: Sending, status: int):
    amy, beta = await followed(us)
    beta.say(status)
    await us.run()
    assert [item.scheme for item in beta.got] == [Scheme.CAVAGE, Scheme.RFC9421]
    assert len({item.body for item in beta.got}) == 1
    for item in beta.got:
        item.verify()
    assert await us.states() == ["delivered"]
    assert await us.db.read(hosts.scheme_of, "beta.test", now=us.clock()) == "rfc9421"
    beta.always = Said(status=status)
    await us.post(amy)
    await us.run()
    assert [item.scheme for item in beta.got[2:]] == [Scheme.RFC9421, Scheme.CAVAGE]


@ONE
@pytest.mark.parametrize("scheme", ["", "rfc9421"])
async def test_048_each_retry_is_signed_anew(us: Sending, scheme: str):
    _, beta = await followed(us)
    if scheme:
        await us.db.write(hosts.remember_scheme, "beta.test", scheme, now=us.clock())
    beta.say(503, 500)
    await us.run()
    await us.run(seconds=31)
    await us.run(seconds=121)
    assert await us.states() == ["delivered"]
    moments = [_moment(item.request) for item in beta.got]
    assert [later - moments[0] for later in moments] == [0, 31, 152]
    assert len({item.headers["Signature"] for item in beta.got}) == 3
    assert {item.verify() for item in beta.got} == {f"{beta.got[0].document['actor']}#main-key"}


def _moment(request: Request) -> int:
    read = rfc9421.parse if "signature-input" in request.fields else cavage.parse
    return read(request).times[0]

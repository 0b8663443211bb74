"""Two people on two servers who name each other in their profiles, and see it confirmed."""

from __future__ import annotations

from tests.support.fediverse import Fediverse, Server


async def _name(server: Server, url: str) -> None:
    answer = await server.call(
        "PATCH", "/api/v1/accounts/update_credentials", json={"fields_attributes": [{"name": "Me", "value": url}]}
    )
    assert answer.status == 200


async def _checked(server: Server) -> bool:
    mine = await server.call("GET", "/api/v1/accounts/verify_credentials")
    return mine.body["fields"][0]["verified_at"] is not None


async def test_profiles_that_name_each_other_are_confirmed_in_both_directions(fediverse: Fediverse) -> None:
    alpha = await fediverse.start("alpha.test", username="amy")
    beta = await fediverse.start("beta.test", username="ben")
    await _name(alpha, "https://beta.test/@ben")
    await fediverse.settle()
    assert not await _checked(alpha)
    await _name(beta, "https://alpha.test/@amy")
    await fediverse.settle()
    assert await _checked(beta)
    for value in ("https://beta.test/@nobody", "https://beta.test/@ben"):
        await _name(alpha, value)
        await fediverse.settle()
        assert await _checked(alpha) is value.endswith("@ben")
    await _name(alpha, "https://beta.test/@ben")  # said again, it stays confirmed
    assert await _checked(alpha)
    await _name(alpha, "see https://beta.test/@ben")
    await fediverse.settle()
    assert not await _checked(alpha)

"""Requests that the fuzzer found: what each of them gets instead of a fault of ours."""

from __future__ import annotations

import pytest

from tests.web.mastodon.conftest import Api

TOO_FAR = "9" * 19  # within the digits of an id, beyond what databases hold


@pytest.mark.parametrize(
    "path",
    [
        f"/api/v1/accounts/{TOO_FAR}",
        f"/api/v1/statuses/{TOO_FAR}",
        f"/api/v1/lists/{TOO_FAR}",
        f"/api/v1/polls/{TOO_FAR}",
        f"/api/v2/notifications/ungrouped-{TOO_FAR}",
        f"/api/oembed?url=https://alpha.test/@amy/{TOO_FAR}",
        f"/.well-known/webfinger?resource=https://alpha.test/ap/actors/{TOO_FAR}",
    ],
)
async def test_an_id_that_no_database_holds_is_not_found(api: Api, path: str) -> None:
    await api.join("amy")
    assert (await api.call("GET", path, "amy")).status == 404


async def test_numbers_that_no_database_holds_are_bounded(api: Api) -> None:
    await api.join("amy", "ben")
    for number in (2**63, 2**64, -(2**63), 10**30, 1e30, "9" * 30):
        found = await api.ok("GET", f"/api/v1/accounts/relationships?id[]={int(float(number))}", "amy")
        assert found == []
        answer = await api.call("POST", f"/api/v1/accounts/{api.accounts['ben'].id}/mute", "amy", json={"duration": number})
        assert answer.status in (200, 422), number


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_a_client_expects_besides_a_go_on_is_passed_over(api: Api) -> None:
    assert (await api.call("GET", "/api/v2/instance", headers={"Expect": "the-unexpected"})).status == 200
    answer = await api.call("POST", "/api/v1/apps", headers={"Expect": "100-continue"}, data={"client_name": "x"})
    assert answer.status == 422


@pytest.mark.parametrize("path", ["/api/v2/notifications/%00", "/api/v1/tags/a%00b", "/tags/%00", "/@amy%00", "/static/%00"])
async def test_nul_in_an_address_leads_nowhere(api: Api, path: str) -> None:
    await api.join("amy")
    assert (await api.call("GET", path, "amy")).status == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_deleting_a_boost_tells_the_original_as_it_is(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "Hello")
    boost = await api.ok("POST", f"/api/v1/statuses/{post['id']}/reblog", "ben")
    deleted = await api.ok("DELETE", f"/api/v1/statuses/{boost['id']}", "ben")
    assert "content" not in deleted
    assert deleted["reblog"]["content"] == "<p>Hello</p>"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_part_of_a_form_with_a_head_that_is_none_is_malformed(api: Api) -> None:
    await api.join("amy")
    body = b'--b\r\nContent-Disposition: form-data; name="tagged[\x08]"\r\n\r\n\r\n--b--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await api.call("POST", "/api/v1/statuses", "amy", data=body, headers=kind)
    assert (answer.status, "error" in answer.json) == (400, True)

"""Asks a running server for every method of the client API with real ids: what each of them answers (acceptance B1)."""

from __future__ import annotations

import base64
import json
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any, Final

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.entities.rows import Row, rows, wrong
from tests.support.house import FAR, TAG, House, Unmade
from tests.support.pictures import picture
from tests.support.server import PASSWORD, Person, Server, prepared, running

FILE: Final = Path(__file__).parents[1] / "data" / "api-exceptions.toml"
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
WAIT: Final = 20.0  # seconds for an answer
Form = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one method has answered; `problem` is empty when it is what the row allows."""

    row: Row
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """What is known to be missing, and what answers otherwise here, each with its reason."""

    not_served: dict[str, str]
    answers: dict[str, dict[str, Any]]


def exceptions() -> Exceptions:
    """The committed list."""
    return Exceptions(**tomllib.loads(FILE.read_text()))


def wanted() -> list[Row]:
    """Every method that is there in Mastodon and not for staff."""
    return [row for row in rows().values() if not row.removed and "/admin/" not in row.path]


def walk(server: Server) -> Iterator[Outcome]:
    """Ask for each method once, in the order of the list."""
    house = House(
        *(server.person(f"{name}_{token_hex(2)}", scopes="read write follow push profile") for name in ("amy", "ben", "cat"))
    )
    keys = _app(server)
    known = exceptions()
    for row in sorted(wanted(), key=lambda row: row.name in LAST):
        yield Outcome(row=row, problem=_problem(house, keys, row, known))


def _problem(house: House, keys: Form, row: Row, known: Exceptions) -> str:
    try:
        answer = _ask(house, keys, row)
    except Unmade as missing:
        return f"needs what cannot be made: {missing}"
    with answer:
        allowed = known.answers.get(row.name, {}).get("statuses", [200])
        if answer.status_code not in allowed:
            text = "" if "stream" in answer.headers.get("Content-Type", "") else answer.text[:200]
            return f"{answer.status_code} {text}"
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            if not answer.content:
                return "" if answer.status_code >= 400 else "an empty body is no JSON"
            signed_in = row.auth in ("user", "optional", "any")
            return "; ".join(wrong(row, answer.status_code, json.loads(answer.content), signed_in=signed_in)[:3])
    return ""


def _ask(house: House, keys: Form, row: Row) -> requests.Response:
    form = dict(FORMS[row.name](house) if row.name in FORMS else {})
    headers = {} if row.auth in ("public", "client") else {"Authorization": f"Bearer {house.amy.token}"}
    if row.auth == "app":
        headers = {"Authorization": f"Bearer {keys['token']}"}
    if row.auth == "client":
        form = {"client_id": keys["client_id"], "client_secret": keys["client_secret"]} | form
    if row.entity == "WebSocket":
        headers |= {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        headers["Sec-WebSocket-Key"] = base64.b64encode(b"0" * 16).decode()
    files = {"file": ("p.png", picture())} if row.name in UPLOADS else None
    sent = {"params": form} if row.method == "GET" else {"data": form, "files": files}
    url = house.amy.server.origin + house.address(row.path)
    return requests.request(row.method, url, headers=headers, timeout=WAIT, allow_redirects=False, stream=True, **sent)


def _app(server: Server) -> dict[str, str]:
    form = {"client_name": "Coverage", "redirect_uris": OUT_OF_BAND, "scopes": "read write"}
    made = requests.post(f"{server.origin}/api/v1/apps", data=form, timeout=WAIT).json()
    keys = {name: made[name] for name in ("client_id", "client_secret")}
    asked = keys | {"grant_type": "client_credentials", "scope": "read write"}
    keys["token"] = requests.post(f"{server.origin}/oauth/token", data=asked, timeout=WAIT).json()["access_token"]
    return keys


def _subscription(_house: House) -> Form:
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {
        "subscription[endpoint]": "https://push.example/1",
        "subscription[keys][p256dh]": base64.urlsafe_b64encode(point).decode().rstrip("="),
        "subscription[keys][auth]": base64.urlsafe_b64encode(b"0" * 16).decode().rstrip("="),
        "data[alerts][mention]": "true",
    }


def _newcomer(_house: House) -> Form:
    name = f"new_{token_hex(3)}"
    return {
        "username": name,
        "email": f"{name}@mail.example",
        "password": PASSWORD,
        "agreement": "true",
        "locale": "en",
        "reason": "x",
    }


def _person(person: Callable[[House], Person], key: str = "id[]") -> Callable[[House], Form]:
    return lambda house: {key: person(house).id}


def _just(**form: Any) -> Callable[[House], Form]:
    return lambda _house: form


def _brackets(form: Form) -> Callable[[House], Form]:
    return lambda _house: form


def _ben(house: House) -> Person:
    return house.ben


UPLOADS: Final = {"POST /api/v1/media", "POST /api/v2/media"}
LAST: Final = {"POST /api/v1/notifications/clear", "POST /api/v2/notifications/clear"}
FILTER: Final = {"title": "Quiet", "context[]": ["home"], "keywords_attributes[][keyword]": "noise"}
FORMS: Final[dict[str, Callable[[House], Form]]] = {
    "GET /.well-known/webfinger": lambda house: {"resource": f"acct:{house.amy.handle}"},
    "GET /api/oembed": lambda house: {"url": house.post()["url"]},
    "POST /api/v1/apps": _just(client_name="App", redirect_uris=OUT_OF_BAND),
    "POST /oauth/token": _just(grant_type="client_credentials"),
    "POST /oauth/revoke": _just(token="unknown"),
    "GET /oauth/authorize": _just(response_type="code", client_id="x", redirect_uri=OUT_OF_BAND),
    "POST /api/v1/accounts": _newcomer,
    "PATCH /api/v1/accounts/update_credentials": _just(note="Hello"),
    "PATCH /api/v1/profile": _just(note="Hello"),
    "GET /api/v1/accounts": _person(_ben),
    "GET /api/v1/accounts/relationships": _person(_ben),
    "GET /api/v1/accounts/familiar_followers": _person(_ben),
    "GET /api/v1/accounts/search": _just(q="ben"),
    "GET /api/v1/accounts/lookup": lambda house: {"acct": house.ben.name},
    "POST /api/v1/accounts/{}/note": _just(comment="Met in Lisbon"),
    "POST /api/v1/accounts/{}/email_subscriptions": _just(email="a@mail.example"),
    "POST /api/v1/domain_blocks": _just(domain="spam.example"),
    "DELETE /api/v1/domain_blocks": _just(domain="spam.example"),
    "GET /api/v1/domain_blocks/preview": _just(domain="spam.example"),
    "POST /api/v1/featured_tags": _just(name="fieldwork"),
    "POST /api/v1/lists": _just(title="Team"),
    "PUT /api/v1/lists/{}": _just(title="Team 2"),
    "POST /api/v1/lists/{}/accounts": lambda house: {"account_ids[]": [house.cat.id]} if house.follow(house.cat) else {},
    "DELETE /api/v1/lists/{}/accounts": _person(_ben, "account_ids[]"),
    "POST /api/v2/filters": _brackets(FILTER),
    "PUT /api/v2/filters/{}": _brackets(FILTER),
    "POST /api/v2/filters/{}/keywords": _just(keyword="shout"),
    "PUT /api/v2/filters/keywords/{}": _just(keyword="cry"),
    "POST /api/v2/filters/{}/statuses": lambda house: {"status_id": house.post()["id"]},
    "POST /api/v1/filters": _brackets({"phrase": "noise", "context[]": ["home"]}),
    "PUT /api/v1/filters/{}": _brackets({"phrase": "shout", "context[]": ["home"]}),
    "POST /api/v1/statuses": _just(status="Hello"),
    "GET /api/v1/statuses": lambda house: {"id[]": [house.post()["id"]]},
    "PUT /api/v1/statuses/{}": _just(status="Hello again"),
    "PUT /api/v1/statuses/{}/interaction_policy": _just(quote_approval_policy="nobody"),
    "PUT /api/v1/media/{}": _just(description="A field"),
    "POST /api/v1/polls/{}/votes": _brackets({"choices[]": ["0"]}),
    "PUT /api/v1/scheduled_statuses/{}": _just(scheduled_at=FAR),
    "GET /api/v1/timelines/link": _just(url="https://example.org/"),
    "GET /api/v1/markers": _brackets({"timeline[]": ["home"]}),
    "POST /api/v1/markers": lambda house: {"home[last_read_id]": house.post()["id"]},
    "PATCH /api/v2/notifications/policy": _just(for_bots="accept"),
    "PUT /api/v1/notifications/policy": _just(filter_bots="false"),
    "POST /api/v1/notifications/requests/accept": lambda house: {"id[]": [house.request_id()]},
    "POST /api/v1/notifications/requests/dismiss": lambda house: {"id[]": [house.request_id()]},
    "POST /api/v1/push/subscription": _subscription,
    "PUT /api/v1/push/subscription": _brackets({"data[alerts][poll]": "true"}),
    "GET /api/v2/search": _just(q="ben"),
    "GET /api/v1/peers/search": _just(q="a"),
    "POST /api/v1/reports": lambda house: {"account_id": house.ben.id, "comment": "look"},
    "POST /api/v1/collections": _just(name="Colleagues"),
    "PATCH /api/v1/collections/{}": _just(name="Colleagues 2"),
    "POST /api/v1/collections/{}/items": lambda house: {"account_id": house.cat.id},
    "GET /api/v1/streaming/hashtag": _just(tag=TAG),
    "GET /api/v1/streaming/hashtag/local": _just(tag=TAG),
    "GET /api/v1/streaming/list": lambda house: {"list": house.list_id()},
}


def unexpected(outcomes: list[Outcome]) -> list[str]:
    """What answers otherwise than its row and the list of exceptions say."""
    left_out = exceptions().not_served
    return [f"{one.row.name}: {one.problem}" for one in outcomes if one.problem and one.row.name not in left_out]


def main() -> int:
    """Ask a server made for it, and print how many methods of each priority are served; 1 when one is not as it should be."""
    with TemporaryDirectory() as folder:
        server = prepared(Path(folder), f"sqlite:///{folder}/fedisw.db")
        with running(server):
            outcomes = list(walk(server))
    print("asked of a running server, with real ids:")
    for priority in "ABC":
        of = [one for one in outcomes if one.row.priority == priority]
        print(f"  {priority}  {sum(not one.problem for one in of)}/{len(of)}")
    for one in outcomes:
        if one.row.name in exceptions().not_served:
            print(f"  NOT SERVED  {one.row.name}: {exceptions().not_served[one.row.name]}")
    for problem in unexpected(outcomes):
        print(f"  WRONG  {problem}")
    return 1 if unexpected(outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())

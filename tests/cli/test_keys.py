"""New keys at the shell (contract, section 2; security KEY-1, KEY-3)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import LargeBinary, create_engine, select

from fedisw.config import Settings, load
from fedisw.crypto import keys as crypto
from fedisw.crypto import webpush
from fedisw.crypto.seal import Sealer, Unsealable
from fedisw.crypto.tokens import stored_hash
from fedisw.jobs.keychange import PublishKeys
from fedisw.jobs.work import SendMail
from fedisw.live import topics
from fedisw.model.factors import Totp
from fedisw.model.push import PushSubscription
from fedisw.model.sealing import retired_row, totp_row
from fedisw.services import people
from fedisw.storage import tables
from fedisw.storage.db import Tx
from fedisw.storage.opening import open_database
from fedisw.storage.queries import accounts, factors, keys, oauth, push, sealed
from fedisw.storage.queries import audit as audit_rows
from fedisw.storage.signals import AFTER
from fedisw.storage.statements import Query
from fedisw.storage.tables.accounts import retired_keys
from fedisw.storage.tables.jobs import jobs
from fedisw.tasks.mail_tokens import open_for_mail, seal_for_mail
from tests.cli.conftest import Fedisw
from tests.cli.test_accounts import create, look
from tests.security.test_log import as_text

T = TypeVar("T")
ONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
BROWSER = webpush.Secrets(p256dh="p", auth="a", token="t")
SECRET = b"JBSWY3DPEHPK3PXP"
MAILS = Query(bytes, select(jobs.c.payload).where(jobs.c.kind == "SendMail").order_by(jobs.c.id.desc()).limit(1))


def change(env: dict[str, str], unit: Callable[[Tx], T]) -> T:
    async def whole() -> T:
        db = await open_database(env["FEDISW_DATABASE_URL"])
        try:
            return await db.write(unit)
        finally:
            await db.close()

    return asyncio.run(whole())


def sealer_of(settings: Settings) -> Sealer:
    return Sealer(settings.secrets.master_key.key())


def private_keys(env: dict[str, str], name: str) -> dict[str, bytes]:
    """By id, opened with the present master key alone."""
    sealer = sealer_of(load(None, env))
    account = look(env, lambda tx: accounts.find_local(tx, name))
    assert account is not None
    found = look(env, lambda tx: keys.of_account(tx, account.id))
    return {key.key_id: sealer.open(key.private_sealed or b"", row=key.key_id) for key in found}


@ONE
def test_an_actor_gets_new_keys_and_the_old_one_says_so(fedisw: Fedisw, env: dict[str, str]) -> None:
    number = int(create(fedisw, "amy", "--confirmed", "--approved"))
    before = private_keys(env, "amy")
    outcome = fedisw("keys", "rotate", "actor", "Amy", "--json")
    assert (outcome.code, outcome.json) == (0, {"username": "Amy", "rotated": "actor"})
    after = private_keys(env, "amy")
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    (old,) = look(env, lambda tx: tx.all(Query(bytes, select(retired_keys.c.private_sealed))))
    (uri,) = look(env, lambda tx: tx.all(Query(str, select(retired_keys.c.activity_uri))))
    key_id = next(name for name in before if name.endswith("#main-key"))
    assert sealer_of(load(None, env)).open(old, row=retired_row(uri)) == before[key_id]
    public = next(key.public for key in look(env, lambda tx: keys.of_account(tx, number)) if key.key_id == key_id)
    assert crypto.public_pem(crypto.load_private(after[key_id]).public_key()) == public
    waiting = look(env, lambda tx: tx.all(Query(bytes, select(jobs.c.payload).where(jobs.c.kind == "PublishKeys"))))
    assert [PublishKeys.decode(payload) for payload in waiting] == [PublishKeys(account_id=number, activity_uri=uri)]
    told = [(row.topic, topics.decode(row.message)) for row in look(env, lambda tx: tx.all(AFTER, floor=0))]
    assert told == [(topics.KEYS, topics.ActorKeyChanged(account_id=number))]
    acts = look(env, lambda tx: audit_rows.page(tx))
    assert [(act.action, act.target) for act in acts][-1] == ("keys.rotate", "actor Amy")


@ONE
def test_the_server_itself_gets_new_keys_too(fedisw: Fedisw, env: dict[str, str]) -> None:
    assert fedisw("keys", "rotate", "actor", "nobody").code == 1
    before = private_keys(env, "alpha.test")
    assert fedisw("keys", "rotate", "actor", "alpha.test").code == 0
    assert not set(private_keys(env, "alpha.test").values()) & set(before.values())


def fill(tx: Tx, account_id: int, sealer: Sealer, token_id: int) -> None:
    """A sealed value in every place that there is, beside the keys of actors."""
    sealed_totp = sealer.seal(SECRET, row=totp_row(account_id))
    factors.put_totp(tx, Totp(account_id=account_id, secret_sealed=sealed_totp, created_at=NOW, last_step=0))
    push.put(
        tx,
        PushSubscription(
            id=0,
            token_id=token_id,
            account_id=account_id,
            endpoint="https://push.example/1",
            sealed=webpush.sealed(BROWSER, sealer=sealer, token_id=token_id),
            standard=True,
            alerts={},
            created_at=NOW,
            updated_at=NOW,
        ),
    )
    tx.enqueue(SendMail(account_id=account_id, template="confirm", token=seal_for_mail(sealer, "a token")))


def rows_sealed_with(url: str, sealer: Sealer) -> set[str]:
    """Columns of the whole database that hold something sealed with this key, whatever it is called or wrapped in."""
    begin, written = sealer.header, base64.urlsafe_b64encode(sealer.header)[:6].decode()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    found = set()
    with engine.connect() as connection:
        for table in tables.load_all().sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for name, value in row.items():
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    if begin in raw or written in as_text(value):
                        found.add(f"{table.name}.{name}")
    engine.dispose()
    return found


EVERYWHERE = {
    "actor_keys.private_sealed",
    "retired_keys.private_sealed",
    "totps.secret_sealed",
    "push_subscriptions.sealed",
    "jobs.payload",
}


def test_a_new_master_key_seals_every_column_anew(fedisw: Fedisw, env: dict[str, str], tmp_path: Path) -> None:
    number = int(create(fedisw, "amy", "--confirmed", "--approved"))
    fedisw("keys", "rotate", "actor", "amy")
    token = fedisw("tokens", "create", "amy", "--scopes", "read push").out.strip()
    first = load(None, env)
    held = look(env, lambda tx: oauth.holder(tx, stored_hash(token, key=first.secrets.session_key.key())))
    assert held is not None
    token_id = held[0].id
    change(env, lambda tx: fill(tx, number, sealer_of(first), token_id))
    url, private = env["FEDISW_DATABASE_URL"], private_keys(env, "amy")
    assert rows_sealed_with(url, sealer_of(first)) == EVERYWHERE
    keep = (tmp_path / "secrets.toml").read_text()

    for former in (first, None):
        former = former or load(None, env)
        outcome = fedisw("keys", "rotate", "master", "--json")
        assert outcome.code == 0, outcome.err
        assert outcome.json["resealed"] >= 8
        now = load(None, env)
        assert now.secrets.former_master_key == former.secrets.master_key
        assert now.secrets.master_key not in (former.secrets.master_key, first.secrets.master_key)
        assert now.secrets.master_key.reveal() not in outcome.out + outcome.err
        assert rows_sealed_with(url, sealer_of(former)) == set()
        assert rows_sealed_with(url, sealer_of(now)) == EVERYWHERE

    assert private_keys(env, "amy") == private
    sealer = sealer_of(load(None, env))
    totp = look(env, lambda tx: factors.totp(tx, number))
    assert totp is not None
    assert sealer.open(totp.secret_sealed, row=totp_row(number)) == SECRET
    subscription = look(env, lambda tx: push.of_token(tx, token_id))
    assert subscription is not None
    assert webpush.opened(subscription.sealed, sealer=sealer, token_id=token_id) == BROWSER
    (mail,) = look(env, lambda tx: tx.all(MAILS))
    assert open_for_mail(sealer, SendMail.decode(mail).token) == "a token"
    with pytest.raises(Unsealable):
        sealer_of(first).open(totp.secret_sealed, row=totp_row(number))
    assert (tmp_path / "secrets.toml").stat().st_mode & 0o777 == 0o600
    untouched = [line for line in keep.splitlines() if not line.startswith("master_key")]
    assert set(untouched) <= set((tmp_path / "secrets.toml").read_text().splitlines())


def test_no_sealed_column_is_forgotten() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in tables.load_all().sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and "sealed" in column.name
    }
    assert named == {str(place.column) for place in sealed.PLACES}
    assert named | {"jobs.payload"} == EVERYWHERE


@ONE
def test_a_damaged_value_stops_the_change_and_the_former_key_stays(fedisw: Fedisw, env: dict[str, str]) -> None:
    number = int(create(fedisw, "amy", "--confirmed", "--approved"))
    change(
        env, lambda tx: factors.put_totp(tx, Totp(account_id=number, secret_sealed=b"broken" * 9, created_at=NOW, last_step=0))
    )
    before = load(None, env).secrets.master_key
    outcome = fedisw("keys", "rotate", "master")
    assert (outcome.code, "none of the known keys" in outcome.err) == (1, True)
    assert load(None, env).secrets.former_master_key == before


@ONE
@pytest.mark.parametrize("which", ["master", "session"])
@pytest.mark.parametrize("end", ["", "_FILE"])
def test_a_key_of_the_environment_is_left_alone(
    fedisw: Fedisw, env: dict[str, str], tmp_path: Path, which: str, end: str
) -> None:
    key = getattr(load(None, env).secrets, f"{which}_key").reveal()
    (tmp_path / "key").write_text(key)
    (tmp_path / "key").chmod(0o600)
    given = {f"FEDISW_SECRET_{which.upper()}_KEY{end}": str(tmp_path / "key") if end else key}
    before = (tmp_path / "secrets.toml").read_text()
    outcome = fedisw("keys", "rotate", which, env=env | given)
    assert outcome.code == 1
    assert "environment" in outcome.err
    assert (tmp_path / "secrets.toml").read_text() == before


@ONE
def test_a_new_session_key_signs_everybody_out(fedisw: Fedisw, env: dict[str, str]) -> None:
    for name in ("amy", "ben"):
        create(fedisw, name, "--confirmed", "--approved")
    token = fedisw("tokens", "create", "amy", "--scopes", "read").out.strip()
    before = load(None, env).secrets
    outcome = fedisw("keys", "rotate", "session", "--json")
    assert (outcome.code, outcome.json) == (0, {"rotated": "session", "signed_out": 2})
    after = load(None, env).secrets
    assert (after.session_key != before.session_key, after.master_key) == (True, before.master_key)
    for secrets in (before, after):
        hashed = stored_hash(token, key=secrets.session_key.key())
        assert look(env, partial(oauth.holder, token_hash=hashed)) is None
    ended = {row.topic for row in look(env, lambda tx: tx.all(AFTER, floor=0))}
    assert {topics.account(one.account.id) for one in look(env, lambda tx: people.everybody(tx, after=0))} <= ended
    assert private_keys(env, "amy")  # what is sealed still opens

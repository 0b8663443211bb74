from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import structlog

from fedisw.crypto.seal import Unsealable
from fedisw.jobs.work import SendMail
from fedisw.model.errors import Forbidden, Unreachable
from fedisw.storage.db import Tx
from fedisw.storage.queries import users
from fedisw.tasks import jobs, mail
from fedisw.tasks.house import House
from fedisw.tasks.mail_tokens import seal_for_mail
from tests.support.clock import Clock
from tests.support.factories import a_user, an_account, put_account
from tests.support.people import make_settings

MakeHouse = Callable[..., House]


def amy_of(tx: Tx, locale: str = "en") -> int:
    amy = put_account(tx, "amy", display_name="Amy\r\nBcc: eve@far.test")
    users.replace(tx, replace(users.get(tx, amy.id), locale=locale))
    return amy.id


def mails(folder: Path) -> list[EmailMessage]:
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]  # type: ignore[misc]  # the policy decides the class


@pytest.mark.parametrize("template", mail.TEMPLATES)
@pytest.mark.parametrize("locale", ["en", "es"])
def test_every_mail_is_written_in_the_language_of_its_reader(tmp_path: Path, template: str, locale: str, clock: Clock) -> None:
    settings, account = make_settings(tmp_path), an_account("amy", display_name="Amy 100%")
    user = replace(a_user(account), locale=locale)
    message = mail.compose(settings, template, user=user, account=account, token="t0ken", now=clock())
    text = message.get_content()
    assert message["Content-Language"] == locale
    assert ("Amy 100%" in text, "https://alpha.test/auth/" in text) == (True, True)
    assert ("Hola" in text) is (locale == "es")
    assert ("t0ken" in text) is bool(mail.TEMPLATES[template][1])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"].addresses[0].addr_spec == "fedisw@alpha.test"


async def test_a_mail_lands_in_the_folder_for_its_owner_only(make_house: MakeHouse, tmp_path: Path) -> None:
    house = make_house(FEDISW_MAIL_URL=f"file:{tmp_path / 'mails'}")
    amy = await house.db.write(amy_of)
    job = SendMail(account_id=amy, template="reset_password", token=seal_for_mail(house.sealer, "t0ken"))
    for _ in range(2):
        await jobs.run(house, job)
    found = mails(tmp_path / "mails")
    assert [str(message["To"]) for message in found] == ["amy@mail.test"] * 2
    assert "https://alpha.test/auth/password/reset?token=t0ken" in found[0].get_content()
    assert found[0]["Message-ID"] != found[1]["Message-ID"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "mails").iterdir()} == {0o600}


async def test_no_name_adds_a_header(make_house: MakeHouse, tmp_path: Path) -> None:
    house = make_house(FEDISW_MAIL_URL=f"file:{tmp_path / 'mails'}", FEDISW_INSTANCE_NAME="Amy\r\nBcc: eve@far.test")
    await jobs.run(house, SendMail(account_id=await house.db.write(amy_of), template="approved"))
    assert "Bcc" not in mails(tmp_path / "mails")[0]


async def test_nobody_gets_a_mail_who_is_gone(make_house: MakeHouse, tmp_path: Path) -> None:
    house = make_house(FEDISW_MAIL_URL=f"file:{tmp_path / 'mails'}")
    await jobs.run(house, SendMail(account_id=4711, template="approved"))
    assert not (tmp_path / "mails").exists()


async def test_a_token_that_we_have_not_sealed_is_no_link(make_house: MakeHouse, tmp_path: Path) -> None:
    house = make_house(FEDISW_MAIL_URL=f"file:{tmp_path / 'mails'}")
    amy = await house.db.write(amy_of)
    with pytest.raises(Unsealable):
        await jobs.run(house, SendMail(account_id=amy, template="reset_password", token="plain"))
    assert not (tmp_path / "mails").exists()


async def test_the_log_tells_neither_address_nor_link(house: House) -> None:
    amy = await house.db.write(amy_of)
    with structlog.testing.capture_logs() as logs:
        await jobs.run(house, SendMail(account_id=amy, template="reset_password", token=seal_for_mail(house.sealer, "t0ken")))
    assert [entry["event"] for entry in logs] == ["mail.not_sent", "mail.sent"]
    assert not any(secret in str(logs) for secret in ("t0ken", "mail.test", "Amy"))


class MailServer:
    """Speaks enough SMTP; `answers` replace what it says to a command."""

    def __init__(self, **answers: str) -> None:
        self.answers, self.received, self.port = answers, list[bytes](), 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode():
            word = line.split()[0].upper()
            writer.write(f"{self.answers.get(word, '354 go on' if word == 'DATA' else '250 fine')}\r\n".encode())
            if word == "DATA":
                self.received.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(f"{self.answers.get('.', '250 taken')}\r\n".encode())
            if word == "QUIT":
                break
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def serving(server: MailServer) -> AsyncIterator[MailServer]:
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


async def test_a_mail_goes_out_by_the_admins_server(make_house: MakeHouse) -> None:
    async with serving(MailServer()) as server:
        house = make_house(FEDISW_MAIL_URL=f"smtp://127.0.0.1:{server.port}")
        amy = await house.db.write(amy_of, "es")
        await jobs.run(house, SendMail(account_id=amy, template="approved"))
    message = message_from_bytes(server.received[0], policy=policy.default)
    assert (message["To"], message["Content-Language"]) == ("amy@mail.test", "es")


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"RCPT": "550 nobody"}, Forbidden),
        ({"RCPT": "450 busy"}, Unreachable),
        ({"MAIL": "452 full"}, Unreachable),
        ({".": "554 spam"}, Forbidden),
    ],
)
async def test_what_a_server_refuses_for_good_is_not_tried_again(
    make_house: MakeHouse, answers: dict[str, str], error: type[Exception]
) -> None:
    async with serving(MailServer(**answers)) as server:
        house = make_house(FEDISW_MAIL_URL=f"smtp://127.0.0.1:{server.port}")
        amy = await house.db.write(amy_of)
        with pytest.raises(error):
            await jobs.run(house, SendMail(account_id=amy, template="approved"))


async def test_a_server_that_is_away_is_tried_again(make_house: MakeHouse) -> None:
    async with serving(MailServer()) as server:
        port = server.port
    house = make_house(FEDISW_MAIL_URL=f"smtp://127.0.0.1:{port}")
    with pytest.raises(Unreachable):
        await jobs.run(house, SendMail(account_id=await house.db.write(amy_of), template="approved"))


async def test_a_password_never_goes_over_a_line_in_the_clear(make_house: MakeHouse) -> None:
    async with serving(MailServer()) as server:
        house = make_house(FEDISW_MAIL_URL=f"smtp://amy@127.0.0.1:{server.port}", FEDISW_SECRET_MAIL_PASSWORD="hidden")
        with pytest.raises(Unreachable):
            await jobs.run(house, SendMail(account_id=await house.db.write(amy_of), template="approved"))
    assert server.received == []


async def test_the_doctor_says_hello_to_the_server_and_sends_nothing(make_house: MakeHouse) -> None:
    async with serving(MailServer()) as server:
        await mail.reach(make_house(FEDISW_MAIL_URL=f"smtp://127.0.0.1:{server.port}").settings)
        with pytest.raises(Unreachable):
            await mail.reach(
                make_house(FEDISW_MAIL_URL=f"smtp://amy@127.0.0.1:{server.port}", FEDISW_SECRET_MAIL_PASSWORD="x").settings
            )
    assert server.received == []
    with pytest.raises(Unreachable):
        await mail.reach(make_house(FEDISW_MAIL_URL=f"smtp://127.0.0.1:{server.port}").settings)

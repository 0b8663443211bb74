"""Who may join at the moment: open doors turn into approval while nobody of the staff is about (security AUT-12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from fedisw.config import RegistrationMode, Settings
from fedisw.jobs.work import SendMail
from fedisw.model.accounts import Role
from fedisw.storage.db import Tx
from fedisw.storage.queries import marks_of_server, users

UNATTENDED_FOR: Final = timedelta(days=7)
CLOSED_MARK: Final = "registrations-unattended"
UNATTENDED_MAIL: Final = "registrations_unattended"


def settings_now(tx: Tx, *, settings: Settings, now: datetime) -> Settings:
    """The settings with the mode that counts at the moment: approval in place of open while staff is away."""
    if settings.registrations.mode is not RegistrationMode.OPEN or _attended(tx, now):
        return settings
    return replace(settings, registrations=replace(settings.registrations, mode=RegistrationMode.APPROVAL))


def watch(tx: Tx, *, settings: Settings, now: datetime) -> None:
    """Mail the owner once when open registration ends because nobody looks after it; twice changes nothing."""
    if settings.registrations.mode is not RegistrationMode.OPEN or _attended(tx, now):
        marks_of_server.remove(tx, CLOSED_MARK)
        return
    owner_id = users.first_with_role(tx, Role.OWNER)
    if marks_of_server.add(tx, CLOSED_MARK, at=now) and owner_id is not None:
        tx.enqueue(SendMail(account_id=owner_id, template=UNATTENDED_MAIL))


def _attended(tx: Tx, now: datetime) -> bool:
    return users.staff_was_active(tx, since=now - UNATTENDED_FOR)

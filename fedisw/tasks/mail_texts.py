"""What our mails say, in the language of whoever gets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fedisw.i18n import Translator, later
from fedisw.services.addresses import NEW_MAIL, WANTED_MAIL
from fedisw.services.factors import CHANGED_MAIL, RECOVERY_MAIL
from fedisw.services.registrations import UNATTENDED_MAIL
from fedisw.services.signing_in import CONFIRM_MAIL, RESET_MAIL

CONFIRM_PAGE, RESET_PAGE, NEW_ADDRESS_PAGE = "/auth/confirm", "/auth/password/reset", "/auth/email"

Parts = tuple[str, tuple[str, ...]]  # subject, paragraphs
Template = Callable[[Translator, dict[str, str]], Parts]


def _confirm(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Confirm your e-mail address for %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, signed up at %(server)s with this e-mail address.", **fields),
            words.gettext("Please open this link within 24 hours to confirm it:"),
            fields["link"],
            words.gettext("If it was not you, you need to do nothing."),
        ),
    )


def _known_address(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("You already have an account at %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, tried to sign up at %(server)s with this e-mail address.", **fields),
            words.gettext("You have an account here already, %(handle)s. You can sign in here:", **fields),
            fields["sign_in"],
            words.gettext("If you have forgotten your password, you can choose a new one:"),
            fields["forgotten"],
        ),
    )


def _approved(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Welcome to %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Your account %(handle)s is ready. You can sign in here:", **fields),
            fields["sign_in"],
            words.gettext("We are glad that you are here."),
        ),
    )


def _reset(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Choose a new password for %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, asked for a new password for %(handle)s.", **fields),
            words.gettext("Please open this link within an hour to choose one:"),
            fields["link"],
            words.gettext("If it was not you, you need to do nothing; your password stays as it is."),
        ),
    )


def _factors_changed(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("The way to sign in at %(server)s has changed", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext(
                "A second factor of your account %(handle)s was added, changed or removed. You see them all here:", **fields
            ),
            fields["factors"],
            words.gettext("If it was not you, choose a new password at once:"),
            fields["forgotten"],
        ),
    )


def _recovery_used(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("A recovery code was used at %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, has signed in as %(handle)s with a recovery code.", **fields),
            words.gettext("If it was not you, choose a new password at once:"),
            fields["forgotten"],
        ),
    )


def _address_wanted(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Another e-mail address is wanted for your account at %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, asked us to use another e-mail address for %(handle)s.", **fields),
            words.gettext("If it was not you, choose a new password at once:"),
            fields["forgotten"],
        ),
    )


def _new_address(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Confirm your new e-mail address for %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("You asked us to use this e-mail address for %(handle)s.", **fields),
            words.gettext("Please open this link within 24 hours to confirm it:"),
            fields["link"],
            words.gettext("If it was not you, you need to do nothing."),
        ),
    )


def _unattended(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("New members of %(server)s now wait for approval", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext(
                "Nobody who looks after %(server)s was here for a week, so new members now wait for approval.", **fields
            ),
            words.gettext("The doors open again as soon as one of you signs in:"),
            fields["sign_in"],
        ),
    )


TEMPLATES: Final[dict[str, tuple[Template, str]]] = {  # with the page of the link, if it has one of its own
    CONFIRM_MAIL: (_confirm, CONFIRM_PAGE),
    "known_address": (_known_address, ""),
    "approved": (_approved, ""),
    RESET_MAIL: (_reset, RESET_PAGE),
    WANTED_MAIL: (_address_wanted, ""),
    NEW_MAIL: (_new_address, NEW_ADDRESS_PAGE),
    UNATTENDED_MAIL: (_unattended, ""),
    CHANGED_MAIL: (_factors_changed, ""),
    RECOVERY_MAIL: (_recovery_used, ""),
}
FOOTER: Final = later("This mail was sent by %(server)s, %(origin)s, because of something that concerns your account.")

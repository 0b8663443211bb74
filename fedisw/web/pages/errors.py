"""What a person sees when something went wrong: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fedisw.i18n import later
from fedisw.web.errors import Told
from fedisw.web.frame import Head
from fedisw.web.keys import REQUEST_ID, translator_of
from fedisw.web.render import page


@dataclass(frozen=True, slots=True)
class Words:
    """Heading and explanation of an error page."""

    heading: str
    explanation: str


MISSING: Final = Words(
    later("There is nothing here"),
    later("The page does not exist, or it is not for everybody. Perhaps it opens when you sign in."),
)
TRY_AGAIN: Final = Words(
    later("One moment, please"),
    later("The server cannot answer just now. Please try again in a minute; nothing of yours is lost."),
)
OURS: Final = Words(
    later("That was our fault"), later("Something broke here, and it has been noted. Please try again; if it stays, tell us.")
)
WORDS: Final[Mapping[int, Words]] = {
    400: Words(
        later("We could not read that"), later("The request arrived garbled. Please go back, load the page anew, and try again.")
    ),
    401: Words(later("Please sign in"), later("This page is for people who are signed in.")),
    403: Words(
        later("This is not possible"),
        later("You are not allowed to do this. If you think you should be, write to the people who run this server."),
    ),
    404: MISSING,
    405: MISSING,
    409: Words(
        later("It has changed meanwhile"),
        later("Somebody, perhaps you in another window, was quicker. Please load the page anew."),
    ),
    410: Words(later("It is gone"), later("There was something here, and it has been deleted.")),
    413: Words(later("That is too large"), later("What you sent is larger than this server takes.")),
    415: Words(
        later("We do not know this kind of file"), later("Please send another kind: a JPEG, PNG or WebP picture, for example.")
    ),
    422: Words(later("Something does not fit"), later("Please go back, look at what you typed, and try again.")),
    429: Words(
        later("A little slower, please"),
        later("There were too many requests from you or your network. Please wait a few minutes, then go on."),
    ),
    503: TRY_AGAIN,
}
TOLD: Final = frozenset(
    {  # sentences of ours that say more than the page; all other messages are for programs
        later("This form has grown old. Please go back, load the page anew, and try again."),
        later("This form did not come from a page of this server."),
        later("Your login is currently disabled"),
        later("Your login is missing a confirmed e-mail address"),
        later("Your login is currently pending approval"),
    }
)


def error_page(request: web.Request, said: Told) -> web.Response:
    """The page for an error; needs no database, so it is there when nothing else is."""
    words, text = translator_of(request), _words(said.status)
    heading = words.gettext(text.heading)
    return page(
        request,
        "error.html",
        head=Head(title=heading),
        status=said.status,
        heading=heading,
        explanation=words.gettext(text.explanation),
        detail=words.gettext(said.message) if said.message in TOLD else "",
        request_id=request.get(REQUEST_ID, "") if said.status >= 500 else "",
    )


def _words(status: int) -> Words:
    return WORDS.get(status, OURS if status >= 500 else WORDS[422])

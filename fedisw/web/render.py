"""HTML from templates: every value is escaped unless it is `Markup` (HTM-7); texts are in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from typing import Final

from aiohttp import hdrs, web
from jinja2 import Environment, FunctionLoader, StrictUndefined

from fedisw import __version__
from fedisw.config.settings import RegistrationMode
from fedisw.i18n import LANGUAGES, translator
from fedisw.web.assets import assets
from fedisw.web.frame import Frame, Head
from fedisw.web.keys import CALLER, SETTINGS, translator_of
from fedisw.web.middleware import sessions
from fedisw.web.people import person_of

PRIVATE: Final = "private, no-store"
PUBLIC: Final = "public, max-age=60"  # seconds; only for what everybody may see, and nobody is signed in
VARY: Final = "Accept, Accept-Language, Authorization, Cookie"
JOINABLE: Final = frozenset({RegistrationMode.OPEN, RegistrationMode.APPROVAL})


class Templates:
    """The templates of pages/templates, compiled when first used, once a language.

    Args:
        now: the clock that "3 hours ago" is counted from.
    """

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._by_language = {language: _environment(language, now) for language in LANGUAGES}

    def render(self, template: str, *, language: str, **values: object) -> str:
        """The page; `template` is a path below the folder of templates, such as `auth/signin.html`."""
        return self._by_language[language].get_template(template).render(values)


TEMPLATES: Final = web.AppKey[Templates]("templates", Templates)


def page(
    request: web.Request,
    template: str,
    *,
    head: Head,
    here: str = "",
    status: int = 200,
    public: bool = False,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> web.Response:
    """The answer with a page.

    Args:
        template: path below the folder of templates; it finds `frame`, `head`, `status` and `values` by name.
        here: the place of the top bar that is open: home, local, about, settings or none.
        public: whether every anonymous reader gets this answer; caches never keep it when somebody is signed in (VIS-8).
        headers: more headers.
    """
    frame = frame_of(request, here=here)
    text = request.app[TEMPLATES].render(template, language=frame.language, frame=frame, head=head, status=status, **values)
    response = web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=headers)
    response.headers.setdefault(hdrs.CACHE_CONTROL, PUBLIC if public and not frame.csrf_token else PRIVATE)
    response.headers[hdrs.VARY] = VARY
    response.headers[hdrs.CONTENT_LANGUAGE] = frame.language
    if not head.indexable:
        response.headers["X-Robots-Tag"] = "noindex"
    if head.document:
        response.headers.add(hdrs.LINK, f'<{head.document}>; rel="alternate"; type="application/activity+json"')
    return response


def frame_of(request: web.Request, *, here: str = "") -> Frame:
    """What surrounds a page for the person who asks."""
    settings, session = request.app[SETTINGS], request.get(sessions.SESSION)
    return Frame(
        server=settings.instance.name,
        domain=settings.account_domain,
        language=translator_of(request).language,
        me=person_of(request.app, request[CALLER].account) if CALLER in request else None,
        csrf_token="" if session is None else sessions.form_token(session),
        here=here,
        registrations_open=settings.registrations.mode in JOINABLE,
        needs_approval=settings.registrations.mode is RegistrationMode.APPROVAL,
    )


def _environment(language: str, now: Callable[[], datetime]) -> Environment:
    words = translator(language)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, loader=FunctionLoader(_source), trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(words.names)
    environment.globals.update(
        ago=lambda when: words.ago(when, now=now()),
        date=partial(words.date, zone=UTC),
        moment=lambda when: f"{words.moment(when, zone=UTC)} UTC",
        static=assets().path,
        version=__version__,
    )
    return environment


def _source(name: str) -> str | None:
    file = files("fedisw.web").joinpath("pages", "templates", *name.split("/"))
    return file.read_text("utf-8") if file.is_file() else None

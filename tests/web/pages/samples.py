"""One of everything that pages show, as plain values; words are placeholders that belong to no language."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from fedisw.model.factors import Factors, Passkey
from fedisw.model.media import MediaKind
from fedisw.model.statuses import Visibility
from fedisw.web.auth.passkeys import Question
from fedisw.web.frame import FormView, Frame, Head, PersonView
from fedisw.web.house_rules import Rule
from fedisw.web.pages.views import (
    FieldView,
    MediaView,
    OptionView,
    Pager,
    PollView,
    PostView,
    ProfileView,
    ServerView,
)
from fedisw.web.settings.places import Place
from tests.support.clock import START


def person(name: str = "Xa Xb", *, host: str | None = None, **more: Any) -> PersonView:
    handle = f"xa@{host}" if host else "xa"
    return PersonView(
        name=name,
        handle=f"@xa@{host or 'alpha.test'}",
        page=f"/@{handle}",
        url=f"https://{host or 'alpha.test'}/@xa",
        host=host,
        letters="XX",
        tint=3,
        **more,
    )


def media(kind: MediaKind = MediaKind.IMAGE) -> MediaView:
    return MediaView(kind=kind, url="/media/1", preview="/media/2", description="Xd", width=640, height=480)


def poll(*, hidden: bool = False) -> PollView:
    shares = (None, None) if hidden else (75, 25)
    options = tuple(OptionView(title=f"Xo{share}", votes=share, percent=share) for share in shares)
    return PollView(options=options, voters=None if hidden else 4, ends=START + timedelta(days=1), ended=False)


def post(number: int = 1, *, author: PersonView | None = None, content: str = "<p>Xp</p>", **more: Any) -> PostView:
    values: dict[str, Any] = {
        "key": f"p{number}",
        "author": author or person(),
        "page": f"/@xa/{number}",
        "url": f"https://alpha.test/@xa/{number}",
        "published": START - timedelta(hours=3),
        "visibility": Visibility.PUBLIC,
        "content": Markup(content),  # as it comes from text/sanitise.py
    }
    return PostView(**(values | more))


def every_post() -> list[PostView]:
    """Each form a post can have."""
    far = person("Xf", host="beta.test", bot=True, avatar="/media/3")
    return [
        post(1, replies=2, boosts=1, likes=7, edited=START),
        post(2, author=far, note="Xn", media=(media(),), sensitive=True, boosted_by=person()),
        post(3, media=tuple(media(kind) for kind in MediaKind), sensitive=True, reply_to="@xb@alpha.test"),
        post(4, poll=poll(), visibility=Visibility.UNLISTED, language="de"),
        post(5, poll=poll(hidden=True), visibility=Visibility.PRIVATE),
        post(6, visibility=Visibility.DIRECT, media=(media(), media(), media())),
        post(7, local_only=True, author=person("Xg", group=True)),
    ]


def frame(language: str = "en", *, signed_in: bool = False, **more: Any) -> Frame:
    return Frame(
        server="Xs",
        domain="alpha.test",
        language=language,
        me=person() if signed_in else None,
        csrf_token="token" if signed_in else "",
        **more,
    )


RULES = tuple(Rule(text=f"Xr{number}", hint="Xh" * (number % 2)) for number in range(7))


def profile(**more: Any) -> ProfileView:
    values: dict[str, Any] = {
        "person": person(),
        "bio": Markup("<p>Xbio</p>"),
        "summary": "Xbio",
        "joined": START,
        "fields": (
            FieldView(name="Xw", value=Markup('<a href="https://xa.test" rel="me">Xl</a>'), checked=START),
            FieldView(name="Xv", value=Markup("Xu")),
        ),
        "posts": 1_204,
        "followers": 1,
        "following": 3,
        "approves_followers": True,
        "memorial": True,
        "moved_to": "https://beta.test/@xa",
    }
    return ProfileView(**(values | more))


def compose(problem: str = "") -> SimpleNamespace:
    return SimpleNamespace(key="k", problem=problem, status="Xt", visibility="public", longest=5_000)


BAD_FORM = FormView(
    values={"username": "x y", "email": "x@"},
    problems={"username": "Xp1", "email": "Xp2", "password": "Xp3", "agreement": "Xp4", "": "Xp5"},
    notice="Xi",
)
BAD_MAIL = FormView(values={"email": "x@"}, problems={"email": "Xp2", "": "Xp5"})
EMPTY_FORM, DONE_FORM = FormView(), FormView(done=True)
QUESTION = Question(options="{}", challenge="x", next="/")
PASSKEY = Passkey(
    id=1, account_id=1, credential_id=b"", public_key=b"", sign_count=0, name="Xn", created_at=START, last_used_at=START
)
PLACES = tuple(Place(key=f"k{at}", path=f"/settings/k{at}", name="Xa", about="Xb", icon="key") for at in range(3))
AUDIENCES = [("public", "Xe"), ("private", "Xf")]


def every_page() -> dict[str, tuple[str, dict[str, Any]]]:
    """A name for each sample page, its template, and what it shows; `signed_in` and the like are for the frame."""
    timeline, links = every_post(), Pager(newer="?min_id=1", older="?max_id=1")
    replies = [post(30 + depth, depth=depth) for depth in range(4)]
    auth: dict[str, Any] = {"form": EMPTY_FORM}
    bad: dict[str, Any] = {"form": BAD_FORM}
    asked = {"app_name": "Xapp", "hidden": [("state", "x")], "scope_words": ["Xc"]}
    return {
        "landing": ("landing.html", {"rule_list": RULES, "recent": timeline, "silent": False}),
        "landing, nothing yet": ("landing.html", {"rule_list": RULES, "recent": [], "silent": True}),
        "home": ("home.html", _home(timeline, links)),
        "home, nothing yet": ("home.html", _home([], Pager())),
        "compose": ("compose.html", {"form": compose("Xp"), "audiences": AUDIENCES, "signed_in": True}),
        "timeline": (
            "timeline.html",
            {"heading": "Xh", "intro": "Xi", "nothing": "Xn", "timeline": timeline, "links": links},
        ),
        "profile": ("profile.html", {"profile": profile(), "timeline": timeline, "links": links}),
        "profile, bare": (
            "profile.html",
            {"profile": profile(fields=(), bio=Markup(""), followers=None, following=None), "timeline": [], "links": Pager()},
        ),
        "thread": (
            "thread.html",
            {"ancestors": [post(20)], "post": timeline[1], "descendants": replies, "more_elsewhere": True, "delivered": None},
        ),
        "about": ("about.html", {"server": ServerView(rules=RULES, contact=person(), members=2, posts=1)}),
        "about, nobody named": ("about.html", {"server": ServerView(rules=RULES)}),
        "closed": ("closed.html", {"person": person(), "next": "/@xa?max_id=1"}),
        "remote": ("remote.html", {"person": person(host="beta.test"), "host": "beta.test", "url": "https://beta.test/@xa"}),
        "remote, unknown": ("remote.html", {"person": None, "host": "beta.test", "url": "https://beta.test/@xa"}),
        "error": ("error.html", {"heading": "Xh", "explanation": "Xe", "detail": "Xd", "request_id": "00ff"}),
        "sign in": ("auth/signin.html", auth | {"passkey": QUESTION, "next": "/oauth/authorize", "app_name": "Xapp"}),
        "sign in, again": ("auth/signin.html", {"form": BAD_MAIL, "passkey": None}),
        "sign up": ("auth/signup.html", auth | {"domain": "alpha.test", "rule_list": RULES}),
        "sign up, again": (
            "auth/signup.html",
            bad | {"domain": "alpha.test", "min_age": 16, "rule_list": RULES, "needs_approval": False},
        ),
        "sign up, done": ("auth/signup.html", {"form": DONE_FORM, "domain": "alpha.test", "rule_list": RULES}),
        "sign up, closed": ("auth/signup.html", auth | {"domain": "alpha.test", "registrations_open": False, "rule_list": RULES}),
        "password, asked": ("auth/password.html", {"form": BAD_MAIL, "step": "ask", "action": "/auth/password"}),
        "password, sent": ("auth/password.html", {"form": DONE_FORM, "step": "ask", "action": "/auth/password"}),
        "password, by mail": ("auth/password.html", auth | {"step": "reset", "token": "x", "action": "/auth/password"}),
        "password, forced": ("auth/password.html", auth | {"step": "forced", "action": "/auth/password", "signed_in": True}),
        "confirm": ("auth/confirm.html", auth | {"token": "x", "action": "/auth/confirm"}),
        "confirm, too late": ("auth/confirm.html", auth),
        "confirm, done": ("auth/confirm.html", {"form": DONE_FORM}),
        "consent": ("oauth/consent.html", asked | {"redirect_host": "app.test", "signed_in": True}),
        "consent, code": ("oauth/consent.html", asked),
        "code": ("oauth/code.html", {"code": "abc", "app_name": "Xapp", "signed_in": True}),
    } | settings_pages()


def settings_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """The settings, and the pages that prove who somebody is."""
    place = {"places": PLACES, "place": PLACES[0], "signed_in": True}
    again = {"next": "/settings", "action": "/auth/again", "form": FormView(problems={"password": "Xp3"})}
    step = {"form": EMPTY_FORM, "next": "/", "action": "/auth/second_step", "app": True}
    protected = Factors(totp=True, passkeys=(PASSKEY,), codes_left=1)
    return {
        "second step": ("auth/second_step.html", step | {"passkey": QUESTION}),
        "again": ("auth/again.html", again | {"passkey": QUESTION, "signed_in": True}),
        "settings": ("settings/home.html", {"places": PLACES, "place": None, "title": "Xt", "signed_in": True}),
        "settings, a place": ("settings/base.html", place | {"title": "Xa"}),
        "factors": ("settings/factors.html", place | {"title": "Xt", "factors": protected, "passkeys_work": True, "staff": True}),
        "factors, none": (
            "settings/factors.html",
            place | {"title": "Xt", "factors": Factors(), "passkeys_work": True, "staff": True},
        ),
        "factors, codes": ("settings/codes.html", place | {"title": "Xt", "codes": ["x-x"]}),
    }


def _home(timeline: list[PostView], links: Pager) -> dict[str, Any]:
    form = {"form": compose(), "audiences": AUDIENCES, "signed_in": True}
    return form | {"timeline": timeline, "links": links}


FRAME_WORDS = ("signed_in", "needs_approval", "registrations_open")


def values_of(page: dict[str, Any], language: str) -> dict[str, Any]:
    """What the template gets: the frame and the rest."""
    around = {name: page[name] for name in FRAME_WORDS if name in page}
    inside = {name: value for name, value in page.items() if name not in FRAME_WORDS}
    return {"frame": frame(language, **around), "head": Head(), "status": 200} | inside

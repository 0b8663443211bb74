"""From our values to what templates show. Whoever calls has asked before what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from aiohttp import web
from markupsafe import Markup

from fedisw.media.remote import Part
from fedisw.media.wire import Purpose
from fedisw.model.accounts import Account
from fedisw.model.media import Media, MediaKind, MediaState
from fedisw.model.quotes import QuoteState
from fedisw.model.reactions import ReactionCount, StatusText
from fedisw.model.statuses import Poll
from fedisw.model.views import StatusView
from fedisw.text.quoting import with_quote
from fedisw.text.sanitise import to_plain_text
from fedisw.web.keys import LINKS, NOW, SETTINGS, STORE
from fedisw.web.pages.views import FieldView, MediaView, OptionView, PollView, PostView, ProfileView, ReactionView
from fedisw.web.people import page_of, person_of, picture_url

MOST_REACTIONS: Final = 20  # kinds that are shown of one post
SUMMARY: Final = 200  # characters of a description in the head of a page
DEEPEST: Final = 3  # how far replies are indented


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What only the page of a post shows, by post: reactions, and the text in the reader's language."""

    said: Mapping[int, Sequence[ReactionCount]]
    texts: Mapping[int, StatusText]

    @classmethod
    def of(cls, said: Iterable[ReactionCount], texts: Iterable[StatusText], *, language: str) -> Self:
        """As read; `language` is the reader's."""
        counts: dict[int, list[ReactionCount]] = {}
        for one in said:
            counts.setdefault(one.status_id, []).append(one)
        mine = {text.status_id: text for text in texts if text.language.partition("-")[0].lower() == language}
        return cls(said=counts, texts=mine)


def post_of(app: web.Application, view: StatusView, *, depth: int = 0) -> PostView:
    """A post as a timeline shows it; of a boost, the boosted post and who boosted it."""
    shown = view.shown
    status = shown.status
    return PostView(
        key=f"post-{view.status.id}",
        author=person_of(app, shown.account),
        page=path_of(shown),
        url=status.url or status.uri,
        published=status.created_at,
        visibility=status.visibility,
        local_only=status.local_only,
        content=_clean(_with_line(shown)),
        edited=status.edited_at,
        note=status.spoiler_text,
        sensitive=status.sensitive,
        language=status.language,
        media=tuple(_media(app, item) for item in shown.media if item.state is MediaState.READY),
        poll=None if shown.poll is None else _poll(shown.poll, now=app[NOW]()),
        reply_to=_reply_to(app, shown),
        boosted_by=person_of(app, view.account) if view.reblog is not None else None,
        replies=status.shown.replies,
        boosts=status.shown.reblogs,
        likes=status.shown.favourites,
        depth=depth,
    )


def with_more(app: web.Application, post: PostView, status_id: int, more: More) -> PostView:
    """A post as its own page shows it: with reactions, and in the reader's language where its author wrote it in several."""
    text = more.texts.get(status_id)
    shown = replace(post, content=_clean(text.content), language=text.language) if text is not None else post
    said = tuple(
        ReactionView(
            content=one.content,
            picture=app[LINKS].url(one.picture, purpose=Purpose.EMOJI) if one.picture else "",
            count=one.count,
        )
        for one in more.said.get(status_id, ())[:MOST_REACTIONS]
    )
    return replace(shown, reactions=said)


def path_of(view: StatusView) -> str:
    """Path of our page about a post."""
    return f"{page_of(view.account)}/{view.status.id}"


def replies_of(app: web.Application, top: StatusView, replies: list[StatusView], more: More) -> list[PostView]:
    """The replies below a post, each indented as far as it is from it; parents come before their replies."""
    depths = {top.status.id: -1}
    shown = []
    for view in replies:
        depth = depths.get(view.status.in_reply_to_id or 0, -1) + 1
        depths[view.status.id] = depth
        post = replace(post_of(app, view, depth=min(depth, DEEPEST)), reply_to="")
        shown.append(with_more(app, post, view.status.id, more))
    return shown


def profile_of(app: web.Application, account: Account) -> ProfileView:
    """Somebody's own words about themselves."""
    return ProfileView(
        person=person_of(app, account),
        bio=_clean(account.note),
        summary=summary_of(account.note),
        fields=tuple(FieldView(name=row.name, value=_clean(row.value), checked=row.verified_at) for row in account.fields),
        header=picture_url(app, account.header, purpose=Purpose.HEADER),
        header_description=account.header.description,
        joined=account.created_at,
        posts=account.statuses_count,
        followers=None if account.hides_network else account.followers_count,
        following=None if account.hides_network else account.following_count,
        approves_followers=account.approves_followers,
        memorial=account.memorial,
        moved_to=account.moved_to_uri,
    )


def summary_of(html: str) -> str:
    """The beginning of a text without its markup, for link previews."""
    text = " ".join(to_plain_text(html).split())
    return text if len(text) <= SUMMARY else text[: SUMMARY - 1].rsplit(" ", 1)[0] + "…"


def _clean(html: str) -> Markup:
    """Stored text went through text/sanitise.py when it came in (HTM-2)."""
    return Markup(html)  # noqa: S704  # clean since it was stored, see above


def _with_line(view: StatusView) -> str:
    """Pages do not show quotes: the line that stands for one is put back where it was taken from a post of another server."""
    status, quote = view.status, view.quote
    if status.local or quote is None or quote.state is not QuoteState.ACCEPTED:
        return status.content
    return with_quote(status.content, status.quoted_uri)


def _media(app: web.Application, item: Media) -> MediaView:
    """A file: ours, our copy of a picture of another server (MED-10), or a link to what is at home elsewhere."""
    view = MediaView(
        kind=item.kind,
        url=item.remote_url,
        description=item.description,
        width=item.preview_width or item.width,
        height=item.preview_height or item.height,
    )
    if item.key:
        preview = app[STORE].url(item.preview_key) if item.preview_key else ""
        return replace(view, url=app[STORE].url(item.key), preview=preview)
    if item.kind is not MediaKind.IMAGE:
        return replace(view, kind=MediaKind.UNKNOWN)
    links = app[LINKS]
    return replace(view, url=links.url(item.remote_url), preview=links.url(item.remote_url, part=Part.PREVIEW))


def _poll(poll: Poll, *, now: datetime) -> PollView:
    ended = poll.closed_at is not None or (poll.expires_at is not None and poll.expires_at <= now)
    hidden = poll.hide_totals and not ended
    voters = poll.voters_count if poll.voters_count is not None else sum(poll.votes)
    whole = voters if poll.multiple else sum(poll.votes)
    options = tuple(
        OptionView(title=title, votes=None if hidden else votes, percent=None if hidden else round(100 * votes / max(whole, 1)))
        for title, votes in zip(poll.options, poll.votes, strict=True)
    )
    return PollView(options=options, voters=None if hidden else voters, ends=poll.expires_at, ended=ended)


def _reply_to(app: web.Application, view: StatusView) -> str:
    wanted = view.status.in_reply_to_account_id
    people = (*view.mentions, view.account)
    handles = [f"@{person.username}@{person.host or app[SETTINGS].account_domain}" for person in people if person.id == wanted]
    return handles[0] if handles else ""

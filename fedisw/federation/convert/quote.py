"""What a note says of quotes: which post it quotes, and who may quote it (federation, sections 4.3 and 4.12)."""

from __future__ import annotations

from collections.abc import Iterable

from fedisw.model.accounts import Account
from fedisw.model.quotes import FOLLOWERS, FOLLOWING, PUBLIC, UNSUPPORTED, QuotePolicy
from fedisw.model.statuses import RemoteQuote
from fedisw.vocab import names
from fedisw.vocab.objects import Note


def quote_of(note: Note, *, depth: int) -> RemoteQuote | None:
    """What a note quotes; where a Tombstone stands for it, that there was something."""
    if note.quote is None or note.quote.uri == note.id:
        return None
    if note.quote.is_gone:
        return RemoteQuote(uri=note.quote.uri or f"{note.id}#quoted", is_gone=True, depth=depth)
    if note.quote.uri is None:
        return None
    return RemoteQuote(uri=note.quote.uri, stamp_uri=note.quote.authorization or "", is_legacy=note.quote.is_legacy, depth=depth)


def policy_of(note: Note, author: Account) -> str:
    """Who may quote a note, in its stored form; silence is nobody (Mastodon), and so is the author alone."""
    rule = note.policy.can_quote if note.policy is not None else None
    if rule is None:
        return ""
    return QuotePolicy(automatic=_words(rule.automatic, author), manual=_words(rule.manual, author)).text


def _words(uris: Iterable[str], author: Account) -> tuple[str, ...]:
    known = {names.PUBLIC: PUBLIC, author.followers_uri: FOLLOWERS, author.following_uri: FOLLOWING, author.uri: ""}
    return tuple(dict.fromkeys(word for uri in uris if (word := known.get(uri, UNSUPPORTED))))

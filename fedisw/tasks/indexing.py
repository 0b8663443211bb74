"""Reading posts for the search: in batches, outside of the units, soon after they were written (dependencies, section 3.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from fedisw.jobs.chores import IndexPosts
from fedisw.jobs.schedule import Periodic
from fedisw.model.media import MediaKind
from fedisw.model.search import Mark, author_mark, language_mark
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import search_texts
from fedisw.storage.queries.search_texts import Facts, File
from fedisw.text import language
from fedisw.text.sanitise import to_plain_text
from fedisw.text.words import words

BATCH: Final = 100
PLAN: Final = (Periodic(name="index.posts", every=timedelta(seconds=10), job=IndexPosts()),)
KINDS: Final = {MediaKind.IMAGE: Mark.IMAGE, MediaKind.GIFV: Mark.VIDEO, MediaKind.VIDEO: Mark.VIDEO, MediaKind.AUDIO: Mark.AUDIO}


async def index_posts(db: Database) -> None:
    """Read a batch of what waits; while there is more it stands at the end of the line again. Twice: nothing waits.

    One batch a job, so that a process that is killed often still gets on: each end is kept.
    """
    found, files = await db.read(search_texts.waiting, limit=BATCH)
    if not found:
        return
    read = [(one, _text(one, [file for file in files if file.status_id == one.id]) if one.findable else "") for one in found]
    await db.write(search_texts.put, read)
    if len(found) == BATCH:
        await db.write(_go_on)


def _go_on(tx: Tx) -> None:
    tx.enqueue(IndexPosts())


def _text(facts: Facts, files: Sequence[File]) -> str:
    parts = (facts.spoiler_text, to_plain_text(facts.content), *(facts.poll_options or ()), *(file.description for file in files))
    said = [word for part in parts for word in words(part)]
    return " ".join((*said, *dict.fromkeys(_marks(facts, files))))


def _marks(facts: Facts, files: Sequence[File]) -> Iterator[str]:
    yield author_mark(facts.account_id)
    if facts.language:
        yield language_mark(language.base(facts.language))
    if files:
        yield Mark.MEDIA
        yield from (KINDS[file.kind] for file in files if file.kind in KINDS)
    if facts.poll_options is not None:
        yield Mark.POLL
    if _has_link(facts.content):
        yield Mark.LINK
    if facts.reply:
        yield Mark.REPLY
    if facts.sensitive:
        yield Mark.SENSITIVE


def _has_link(content: str) -> bool:
    """Whether it links to something that is neither a person nor a hashtag."""
    starts = (tag.partition(">")[0] for tag in content.split("<a ")[1:])
    return any("mention" not in start and "hashtag" not in start for start in starts)

"""The text of a note: clean HTML, and what stands for objects that are no notes (federation, sections 4.3, 4.13, 7.1 and 7.3)."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import accumulate
from typing import Final

from fedisw.federation.convert.event import lines_of
from fedisw.text import markdown
from fedisw.text.allowed import POST, link, quoted
from fedisw.text.names import clean_name
from fedisw.text.sanitise import MAX_INPUT, clean, to_plain_text
from fedisw.vocab import limits
from fedisw.vocab.names import NoteType
from fedisw.vocab.objects import Note

MARKDOWN: Final = frozenset({"text/markdown", "text/x-markdown"})
PLAIN: Final = "text/plain"
WITHOUT_TITLE: Final = frozenset({NoteType.NOTE, NoteType.QUESTION, NoteType.CHAT_MESSAGE, NoteType.COMMENT, NoteType.QUOTATION})
WARNED: Final = WITHOUT_TITLE  # their summary is a warning, that of the others an abstract
CANCELLED: Final = "EventCancelled"


def content_of(note: Note) -> str:
    """Clean HTML; what is no note shows its title, when and where it is, its abstract or text, and its address."""
    if note.type in WITHOUT_TITLE:
        text = _cleaned(note, note.content)
        return f"<blockquote>{clean(note.passage, POST)}</blockquote>{text}" if note.passage else text
    short = note.summary or note.preview
    body = clean(short, POST) if short else _cleaned(note, note.content)
    happens = lines_of(note.event) if note.event is not None else ""
    return _title(note) + happens + body + _links(note, body)


def texts_of(note: Note) -> Mapping[str, str]:
    """Clean HTML by language where the author wrote a note in several, else nothing.

    All of them, or the first ones up to 64 KiB together: cleaning takes time.
    """
    if note.type not in WITHOUT_TITLE or len(set(note.content_map.values())) < 2:
        return {}
    sizes = accumulate(len(text.encode()) for text in note.content_map.values())
    some = [pair for pair, size in zip(note.content_map.items(), sizes, strict=True) if size <= MAX_INPUT]
    return {language: _cleaned(note, text) for language, text in some}


def warning_of(note: Note) -> str:
    """The warning above a note, as plain text; summaries of others are no warnings."""
    return clean_name(to_plain_text(note.summary), most=limits.SUMMARY) if note.type in WARNED and note.summary else ""


def _cleaned(note: Note, text: str) -> str:
    if note.media_type in MARKDOWN or (note.type is NoteType.VIDEO and not note.media_type and "<" not in text):
        return markdown.to_html(text)
    return clean(f"<p>{escape(text, quote=False)}</p>" if note.media_type == PLAIN and text else text, POST)


def _title(note: Note) -> str:
    """The title, of an event that does not take place struck through; nothing where the preview begins with it."""
    title = escape(clean_name(note.name, most=limits.SHORT_TEXT), quote=False)
    if note.event is not None and note.event.status == CANCELLED:
        title = f"<del>{title}</del>"
    return f"<p><strong>{title}</strong></p>" if title and not _says(note.preview, note.name) else ""


def _says(preview: str, name: str) -> bool:
    return bool(preview) and to_plain_text(preview).strip().startswith(name.strip())


def _links(note: Note, body: str) -> str:
    """What a thread is about (Lemmy), then its own page; not what the text links already."""
    picture = note.image.url if note.image is not None else None
    about = next((item.href for item in note.link_attachments if item.href != picture), None)
    page = note.url or note.id
    return "".join(_link(url) for url in dict.fromkeys((about, page)) if url is not None and not _is_linked(url, body))


def _is_linked(url: str, body: str) -> bool:
    href = link(url)
    return href is not None and f"href={quoted(href)}" in body


def _link(url: str) -> str:
    return clean(f'<p><a href="{escape(url)}">{escape(url)}</a></p>', POST)

"""Files in multipart bodies: each goes straight to the media gate and is gone when the request ends (security MED)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Final

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from fedisw.media.receive import Limits, Upload, receive
from fedisw.model.errors import Malformed, TooLarge
from fedisw.web import body
from fedisw.web.keys import SETTINGS, UPLOADS

TEXT_BYTES: Final = 262_144  # of one part that is no file
LIST_BYTES: Final = 1_048_576  # of a list as CSV, which is read as a text
CHUNK: Final = 262_144  # bytes
MAX_FILES: Final = 8
MAX_PARTS: Final = 300
FILES: Final = web.RequestKey("files", AsyncExitStack)


async def parts(request: web.Request) -> AsyncIterator[tuple[str, object]]:
    """Name and value of every part of a multipart body; a value is a text, or a file as `media.receive.Upload`.

    A list as CSV, by the end of its name, is a text.

    Raises:
        Malformed: no multipart at all, or broken off.
        TooLarge: the body as a whole, a text, a file, or the number of parts or files.
        Invalid: a file of a kind that is not accepted.
    """
    body.check_head(request)
    left, count, files = body.limit_of(request), 0, 0
    try:
        reader = await request.multipart()
        async for part in reader:
            count += 1
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise Malformed("a part of the form has no name")
            is_list = (part.filename or "").lower().endswith(".csv")
            is_file = bool(part.filename) and not is_list
            files += bool(part.filename)
            if count > MAX_PARTS or files > MAX_FILES:
                raise TooLarge("too many parts")
            if is_file:
                upload = await _file(request, part, left)
                left -= upload.size
                yield part.name, upload
            else:
                text = b"".join([chunk async for chunk in _chunks(part, min(LIST_BYTES if is_list else TEXT_BYTES, left))])
                left -= len(text)
                yield part.name, text.decode("utf-8", "replace")
    except (ValueError, AssertionError, HttpProcessingError) as error:
        raise Malformed("not a proper multipart form") from error


async def discard(request: web.Request) -> None:
    """Remove the files that nobody has taken away."""
    stack = request.get(FILES)
    if stack is not None:
        await stack.aclose()


async def _chunks(part: BodyPartReader, most: int) -> AsyncIterator[bytes]:
    size = 0
    while chunk := await part.read_chunk(CHUNK):
        size += len(chunk)
        if size > most:
            raise TooLarge("the form is too long")
        yield chunk


async def _file(request: web.Request, part: BodyPartReader, most: int) -> Upload:
    stack: AsyncExitStack = request.setdefault(FILES, AsyncExitStack())
    limits = request.app[SETTINGS].limits
    bounds = Limits(image_bytes=limits.image_bytes, video_bytes=limits.video_bytes)
    return await stack.enter_async_context(receive(_chunks(part, most), folder=request.app[UPLOADS], limits=bounds))

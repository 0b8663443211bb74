"""A file of a store that is no folder, as web.FileResponse would give it: parts, ETag, HEAD (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import hdrs, web

from fedisw.media.store import MediaStore, Stored


async def stream(request: web.Request, store: MediaStore, stored: Stored, *, headers: Mapping[str, str]) -> web.StreamResponse:
    """The file, or the part of it that was asked for; never more of it in memory than a chunk.

    A name never gets another content, so the name is the ETag; `If-Range` with another one gives the whole file.
    """
    tag = f'"{stored.key}"'
    known = {hdrs.ETAG: tag, hdrs.ACCEPT_RANGES: "bytes", **headers}
    if any(asked.value in (stored.key, "*") for asked in request.if_none_match or ()):
        return web.Response(status=304, headers=known)
    whole = request.headers.get(hdrs.IF_RANGE, tag) != tag
    first, end = (0, stored.size) if whole else _wanted(request, stored.size)
    if first >= end and stored.size:
        return web.Response(status=416, headers={hdrs.CONTENT_RANGE: f"bytes */{stored.size}"})
    response = web.StreamResponse(headers=known)
    response.content_length = end - first
    if not whole and hdrs.RANGE in request.headers:
        response.set_status(206)
        response.headers[hdrs.CONTENT_RANGE] = f"bytes {first}-{end - 1}/{stored.size}"
    await response.prepare(request)
    if request.method != hdrs.METH_HEAD:
        async for chunk in store.read(stored.key, start=first, end=end):
            await response.write(chunk)
    await response.write_eof()
    return response


def _wanted(request: web.Request, size: int) -> tuple[int, int]:
    """First byte and the one after the last; an empty part for what there is not."""
    try:
        asked = request.http_range
    except ValueError:
        return 0, 0
    first = 0 if asked.start is None else int(asked.start)
    if first < 0:
        return max(0, size + first), size
    return first, size if asked.stop is None else min(int(asked.stop), size)

"""Films and sounds that people sent, written anew by ffmpeg: one at a time, without what tells of places and devices (MED-5)."""

from __future__ import annotations

import asyncio
import contextlib
import math
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fedisw.media.images import Images, Processed
from fedisw.media.inspect import Contents, inspect, opening, rate_of
from fedisw.media.probe import Family, Kind
from fedisw.media.programs import Programs
from fedisw.media.wire import Purpose
from fedisw.model.errors import Invalid

SHOWN_PIXELS: Final = 1920 * 1080  # of a film that is encoded again
SHOWN_RATE: Final = 60
NOTHING_ELSE: Final = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact")
H264: Final = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-maxrate", "4M", "-bufsize", "8M", "-threads", "2")
AAC: Final = ("-c:a", "aac", "-b:a", "128k", "-ac", "2")
BARE: Final = ("-c", "copy", "-bsf:v", "filter_units=remove_types=6")  # type 6 of H.264 carries words of the camera


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What is kept of a film or sound; `path` is there inside the `async with` of Films.convert only.

    Attributes:
        picture: first picture or cover; None for a sound without one.
        contents: what ffprobe says of the new file.
        size: bytes.
    """

    path: Path
    kind: Kind
    picture: Processed | None
    contents: Contents
    size: int


class Films:
    """Makes films and sounds safe to pass on where ffmpeg is installed."""

    def __init__(self, *, temp: Path, images: Images, programs: Programs | None) -> None:
        """Nothing is started yet.

        Args:
            temp: an existing folder, on the disk of the store where that is a folder.
            images: makes the pictures.
            programs: None where they are not installed.
        """
        self._temp, self._images, self._programs = temp, images, programs
        self._slot = asyncio.Semaphore(1)

    @property
    def available(self) -> bool:
        """Whether films and sounds can be taken."""
        return self._programs is not None

    async def check(self, path: Path, kind: Kind) -> None:
        """Refuse at once what will not become a film.

        Raises:
            Invalid: in the words that clients know.
        """
        async with self._folder() as folder:
            await inspect(self._needed(), path, kind, folder=folder)

    @asynccontextmanager
    async def convert(self, path: Path, kind: Kind) -> AsyncIterator[Film]:
        """Write a file anew: MP4 with H.264 and AAC, or MP3.

        Raises:
            Invalid: it cannot be read, or is not what we take.
            Unreachable: a program does not start.
        """
        async with self._slot, self._folder() as folder:
            contents = await inspect(self._needed(), path, kind, folder=folder)
            if kind.family is Family.AUDIO:
                made, new_kind = await self._sound(path, kind, contents, folder), Kind.MP3
                picture = await self._cover(path, kind, contents, folder)
            else:
                made, new_kind = await self._film(path, kind, contents, folder), Kind.MP4
                picture = await self._picture(opening(made, new_kind), "0:v:0", folder)
            told = await inspect(self._needed(), made, new_kind, folder=folder)
            yield Film(path=made, kind=new_kind, picture=picture, contents=told, size=made.stat().st_size)

    async def _film(self, path: Path, kind: Kind, contents: Contents, folder: Path) -> Path:
        made = folder / "film.mp4"
        how = BARE if _is_as_it_should(contents, kind) else (*_shown(contents), *H264, *AAC)
        streams = ("-map", "0:v:0", "-map", "0:a:0?")
        await self._needed().convert(
            (*opening(path, kind), *streams, *NOTHING_ELSE, *how, "-movflags", "+faststart", "-f", "mp4", made.name),
            folder=folder,
        )
        return made

    async def _sound(self, path: Path, kind: Kind, contents: Contents, folder: Path) -> Path:
        made = folder / "sound.mp3"
        is_mp3 = contents.audio is not None and contents.audio.codec_name == "mp3"
        how = ("-c:a", "copy") if is_mp3 else ("-c:a", "libmp3lame", "-q:a", "3", "-ac", "2")
        tags = ("-id3v2_version", "0", "-write_id3v1", "0")
        await self._needed().convert(
            (*opening(path, kind), "-map", "0:a:0", "-vn", *NOTHING_ELSE, *how, *tags, "-f", "mp3", made.name), folder=folder
        )
        return made

    async def _cover(self, path: Path, kind: Kind, contents: Contents, folder: Path) -> Processed | None:
        """A broken cover does not spoil the sound."""
        if contents.cover is None:
            return None
        with contextlib.suppress(Invalid):
            return await self._picture(opening(path, kind), f"0:{contents.cover.index}", folder)
        return None

    async def _picture(self, source: tuple[str, ...], stream: str, folder: Path) -> Processed:
        made = folder / "picture.jpg"
        arguments = (*source, "-map", stream, "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p")
        await self._needed().convert((*arguments, *NOTHING_ELSE, "-update", "1", "-f", "image2", made.name), folder=folder)
        return await self._images.process(made, purpose=Purpose.ATTACHMENT)

    def _needed(self) -> Programs:
        if self._programs is None:
            raise Invalid("file", "films and sounds cannot be taken here: ffmpeg is not installed")
        return self._programs

    @asynccontextmanager
    async def _folder(self) -> AsyncIterator[Path]:
        """A folder for the programs, gone afterwards whatever happened."""
        folder = Path(tempfile.mkdtemp(prefix="film-", dir=self._temp))
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _is_as_it_should(contents: Contents, kind: Kind) -> bool:
    """Whether every browser shows the streams as they are, so that only their wrapping is written anew."""
    video, audio = contents.video, contents.audio
    return (
        kind in (Kind.MP4, Kind.MOV)
        and video is not None
        and (video.codec_name, video.pix_fmt) == ("h264", "yuv420p")
        and (audio is None or audio.codec_name == "aac")
    )


def _shown(contents: Contents) -> tuple[str, ...]:
    """Size and rate of a film that is encoded again; both sides even, as the encoder wants."""
    factor = min(1.0, math.sqrt(SHOWN_PIXELS / (contents.width * contents.height)))
    width, height = (max(2, int(side * factor) // 2 * 2) for side in (contents.width, contents.height))
    rate = ("-r", str(SHOWN_RATE)) if rate_of(contents.rate) > SHOWN_RATE else ()
    return ("-filter_threads", "1", "-vf", f"scale={width}:{height},setsar=1,format=yuv420p", *rate)

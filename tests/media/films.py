"""Films and sounds for the tests, made on the spot by ffmpeg; without it tests are skipped, in CI they fail."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.media.pictures import SECRET, telltale

MISSING = "FFMPEG IS MISSING: films and sounds are not tested (apt install ffmpeg)"
SEEN = ("-f", "lavfi", "-i", "testsrc=s=320x180:r=25:d=1")
HEARD = ("-f", "lavfi", "-i", "sine=d=1")
TAGS = ("-metadata", f"title={SECRET}", "-metadata", f"comment={SECRET}", "-metadata", f"location={SECRET}")
RECIPES = {
    "mp4": (*SEEN, *HEARD, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"),
    "mov": (*SEEN, "-c:v", "mpeg4"),
    "webm": (*SEEN, *HEARD, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"),
    "fast.mp4": ("-f", "lavfi", "-i", "testsrc=s=32x32:r=240:d=0.1", "-c:v", "libx264", "-pix_fmt", "yuv420p"),
    "vast.mp4": ("-f", "lavfi", "-i", "color=s=4000x2200:r=1:d=1", "-c:v", "mpeg4", "-threads", "1"),
    "mp3": (*HEARD,),
    "ogg": (*HEARD, "-c:a", "libvorbis"),
    "flac": (*HEARD,),
    "wav": (*HEARD,),
    "m4a": (*HEARD, "-c:a", "aac"),
}


def need_ffmpeg() -> None:
    """Skip loudly where the programs are missing; fail in CI."""
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        pytest.fail(MISSING) if os.environ.get("CI") == "true" else pytest.skip(MISSING)


@cache
def recorded(name: str) -> bytes:
    """A file of a kind that tells on its author; one second."""
    need_ffmpeg()
    with TemporaryDirectory() as folder:
        made = Path(folder) / f"made.{name}"
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *RECIPES[name], *TAGS, str(made)]
        subprocess.run(command, check=True, timeout=60)
        return made.read_bytes()


@cache
def with_cover() -> bytes:
    """A sound with a picture in it."""
    need_ffmpeg()
    with TemporaryDirectory() as folder:
        cover, sound, made = Path(folder) / "c.jpg", Path(folder) / "s.mp3", Path(folder) / "m.mp3"
        cover.write_bytes(telltale("JPEG"))
        sound.write_bytes(recorded("mp3"))
        both = ["-i", str(sound), "-i", str(cover), "-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v", "attached_pic"]
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *both, str(made)], check=True, timeout=60)
        return made.read_bytes()

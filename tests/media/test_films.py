"""Films and sounds: what comes out tells nothing, and nothing but what we take comes in."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fedisw.media.films import Films
from fedisw.media.images import Images
from fedisw.media.probe import HEAD_BYTES, Kind, probe
from fedisw.media.programs import Programs
from fedisw.model.errors import Invalid
from tests.media.films import need_ffmpeg, recorded, with_cover
from tests.media.pictures import SECRET, animation


@pytest.fixture
async def films(tmp_path: Path) -> AsyncIterator[Films]:
    need_ffmpeg()
    images = Images(temp=tmp_path, children=1)
    yield Films(temp=tmp_path, images=images, programs=Programs.find())
    await images.close()


def kept(folder: Path, data: bytes) -> Path:
    file = folder / "source"
    file.write_bytes(data)
    return file


@pytest.mark.parametrize("name", ["mp4", "mov", "webm"])
async def test_a_film_becomes_what_every_browser_shows(films: Films, tmp_path: Path, name: str) -> None:
    data = recorded(name)
    assert (SECRET.encode() in data) is True
    async with films.convert(kept(tmp_path, data), probe(data[:HEAD_BYTES])) as film:
        made, contents = film.path.read_bytes(), film.contents
        assert (film.kind, probe(made[:HEAD_BYTES]), film.size) == (Kind.MP4, Kind.MP4, len(made))
        assert SECRET.encode() not in made
        assert contents.video is not None
        assert (contents.video.codec_name, contents.width, contents.height, contents.rate) == ("h264", 320, 180, "25/1")
        assert (contents.audio is not None) is (name != "mov")
        assert contents.duration == pytest.approx(1.0, abs=0.1)
        assert film.picture is not None
        assert (film.picture.preview.width, film.picture.preview.height, bool(film.picture.blurhash)) == (320, 180, True)
    assert not any(name.startswith("film-") for name in os.listdir(tmp_path))


@pytest.mark.parametrize("name", ["mp3", "ogg", "flac", "wav", "m4a"])
async def test_a_sound_becomes_an_mp3(films: Films, tmp_path: Path, name: str) -> None:
    data = recorded(name)
    async with films.convert(kept(tmp_path, data), probe(data[:HEAD_BYTES])) as film:
        made = film.path.read_bytes()
        assert (film.kind, probe(made[:HEAD_BYTES]), film.picture) == (Kind.MP3, Kind.MP3, None)
        assert SECRET.encode() not in made
        assert film.contents.duration == pytest.approx(1.0, abs=0.2)


async def test_the_cover_of_a_sound_is_its_picture(films: Films, tmp_path: Path) -> None:
    async with films.convert(kept(tmp_path, with_cover()), Kind.MP3) as film:
        assert film.picture is not None
        assert (film.picture.preview.width, film.picture.preview.height) == (64, 48)
        assert SECRET.encode() not in film.path.read_bytes()


async def test_a_moving_picture_becomes_a_film_without_sound(films: Films, tmp_path: Path) -> None:
    async with films.convert(kept(tmp_path, animation()), Kind.GIF) as film:
        assert (film.kind, film.contents.audio) == (Kind.MP4, None)


@pytest.mark.parametrize(
    ("name", "words"), [("fast.mp4", "240fps videos are not supported"), ("vast.mp4", "4000x2200 videos are not supported")]
)
async def test_too_fast_or_too_large_is_said_as_clients_know_it(films: Films, tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        await films.check(kept(tmp_path, recorded(name)), Kind.MP4)
    assert caught.value.problem == words


async def test_lists_of_other_files_and_rubbish_are_not_followed(films: Films, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(recorded("mp4"))
    for data in (
        f"ffconcat version 1.0\nfile {other}\n".encode(),
        f"#EXTM3U\n{other}\n".encode(),
        b"\0" * 5000,
        recorded("mp4")[:900],
    ):
        for kind in (Kind.MP4, Kind.WEBM, Kind.OGG):
            with pytest.raises(Invalid):
                await films.check(kept(tmp_path, data), kind)


async def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    need_ffmpeg()
    programs = Programs.find()
    assert programs is not None
    endless = ("-re", "-f", "lavfi", "-i", "testsrc=s=32x32", "-f", "null", "-")
    with pytest.raises(Invalid, match="too long"):
        await programs.convert(endless, folder=tmp_path, wall=1.0)


async def test_a_program_has_no_network(tmp_path: Path) -> None:
    need_ffmpeg()
    programs = Programs.find()
    assert programs is not None
    for address in ("tcp://127.0.0.1:9?listen=1&listen_timeout=1", "udp://127.0.0.1:9999"):
        with pytest.raises(Invalid):
            await programs.convert(("-f", "lavfi", "-i", "sine=d=1", "-f", "wav", address), folder=tmp_path, wall=20.0)


async def test_without_the_programs_nothing_is_taken(tmp_path: Path) -> None:
    films = Films(temp=tmp_path, images=Images(temp=tmp_path), programs=None)
    assert not films.available
    with pytest.raises(Invalid, match="ffmpeg is not installed"):
        await films.check(tmp_path, Kind.MP4)

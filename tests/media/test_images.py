from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from fedisw.media.images import Images, Purpose
from fedisw.media.probe import Kind
from fedisw.model.errors import Invalid
from tests.media.pictures import (
    BLUE,
    GREEN,
    RED,
    SECRET,
    WHITE,
    animation,
    encoded,
    exif_with_place,
    opened,
    profile,
    quarters,
    telltale,
)


@asynccontextmanager
async def running(temp: Path) -> AsyncIterator[Images]:
    images = Images(temp=temp)
    try:
        yield images
    finally:
        await images.close()


def near(seen: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(one - other) < 25 for one, other in zip(seen[:3], wanted, strict=True))


def corners(data: bytes) -> list[object]:
    image = opened(data).convert("RGB")
    right, bottom = image.width * 7 // 8, image.height * 7 // 8
    return [
        image.getpixel(at)
        for at in ((image.width // 8, image.height // 8), (right, image.height // 8), (image.width // 8, bottom), (right, bottom))
    ]


FORMS = [
    ("JPEG", Kind.JPEG),
    ("PNG", Kind.PNG),
    ("GIF", Kind.GIF),
    ("WEBP", Kind.WEBP),
    ("AVIF", Kind.JPEG),
]


@pytest.mark.parametrize(("form", "kept"), FORMS)
async def test_place_device_comment_and_profile_are_gone(tmp_path: Path, form: str, kept: Kind) -> None:
    sent = telltale(form)
    assert SECRET.encode() in sent

    async with running(tmp_path) as images:
        made = await images.process(sent, purpose=Purpose.ATTACHMENT)

    assert made.original.kind is kept
    for rendition in (made.original, made.preview):
        result = opened(rendition.data)
        assert not result.getexif()
        assert not {"exif", "xmp", "comment", "icc_profile", "XML:com.adobe.xmp", "Comment"} & set(result.info)
        for trace in (SECRET.encode(), b"Exif", b"xmpmeta", b"ICC_PROFILE", b"iCCP", b"tEXt", b"iTXt", b"lcms"):
            assert trace not in rendition.data
        assert (rendition.width, rendition.height) == result.size


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_turned_photo_is_put_upright(tmp_path: Path, orientation: int) -> None:
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # orientation -> Image.Transpose that makes the stored picture
    upright = quarters(96, 64)
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation in back else upright

    async with running(tmp_path) as images:
        made = await images.process(
            encoded(stored, "JPEG", quality=95, exif=exif_with_place(orientation=orientation)), purpose=Purpose.ATTACHMENT
        )

    assert (made.original.width, made.original.height) == (96, 64)
    assert all(near(seen, wanted) for seen, wanted in zip(corners(made.original.data), (RED, GREEN, BLUE, WHITE), strict=True))


async def test_a_file_with_all_purposes_comes_out_in_their_sizes(tmp_path: Path) -> None:
    photo = encoded(quarters(4800, 3200), "JPEG")

    async with running(tmp_path) as images:
        sizes = {}
        for purpose in Purpose:
            made = await images.process(photo, purpose=purpose)
            sizes[purpose] = (made.original.width, made.original.height, made.preview.width, made.preview.height)
            assert (made.preview is made.original) == (purpose is not Purpose.ATTACHMENT)
            assert made.original.media_type == "image/jpeg"
            assert made.original.size == len(made.original.data)
            assert len(made.blurhash) == 36

    assert sizes == {
        Purpose.ATTACHMENT: (3527, 2351, 587, 391),
        Purpose.AVATAR: (400, 400, 400, 400),
        Purpose.HEADER: (1500, 500, 1500, 500),
        Purpose.EMOJI: (256, 171, 256, 171),
    }


async def test_a_moving_gif_stays_one_with_its_time_and_gets_a_still_preview(tmp_path: Path) -> None:
    async with running(tmp_path) as images:
        for purpose in Purpose:
            made = await images.process(animation(frames=5, duration=120), purpose=purpose)
            result = opened(made.original.data)
            assert made.moves
            assert (made.frames, made.original.kind, made.preview.kind) == (5, Kind.GIF, Kind.PNG)
            assert (result.n_frames, result.info["duration"], result.info["loop"]) == (5, 120, 0)
            assert getattr(opened(made.preview.data), "n_frames", 1) == 1


async def test_a_gif_with_holes_does_not_show_the_frame_before(tmp_path: Path) -> None:
    frames = [Image.new("RGBA", (40, 40), (0, 0, 0, 0)) for _ in range(2)]
    frames[0].paste((255, 0, 0, 255), (0, 0, 20, 40))
    frames[1].paste((0, 0, 255, 255), (20, 0, 40, 40))
    sent = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50, disposal=2)

    async with running(tmp_path) as images:
        made = await images.process(sent, purpose=Purpose.ATTACHMENT)

    result = Image.open(io.BytesIO(made.original.data))
    result.seek(1)
    second = result.convert("RGBA")
    assert second.getpixel((5, 5))[3] == 0
    assert second.getpixel((30, 5)) == (0, 0, 255, 255)
    assert "loop" not in result.info


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
async def test_every_mode_of_pixels_comes_out_in_plain_colours(tmp_path: Path, mode: str) -> None:
    sent = encoded(quarters(20, 20, mode), "JPEG" if mode == "CMYK" else "PNG")

    async with running(tmp_path) as images:
        made = await images.process(sent, purpose=Purpose.ATTACHMENT)

    assert opened(made.original.data).mode == "RGB"
    assert near(opened(made.original.data).getpixel((15, 15)), WHITE)


async def test_sixteen_bits_of_grey_are_not_blown_out(tmp_path: Path) -> None:
    async with running(tmp_path) as images:
        made = await images.process(encoded(Image.new("I;16", (20, 20), 32_768), "PNG"), purpose=Purpose.ATTACHMENT)

    assert near(opened(made.original.data).getpixel((5, 5)), (128, 128, 128))


async def test_transparency_is_kept_where_the_format_can(tmp_path: Path) -> None:
    image = quarters(40, 40, "RGBA")
    image.putalpha(60)

    async with running(tmp_path) as images:
        kinds = {}
        for form in ("PNG", "WEBP", "AVIF"):
            made = await images.process(encoded(image, form), purpose=Purpose.ATTACHMENT)
            kinds[form] = made.original.kind
            assert opened(made.original.data).mode == "RGBA"

    assert kinds == {"PNG": Kind.PNG, "WEBP": Kind.WEBP, "AVIF": Kind.PNG}


async def test_broken_metadata_does_not_cost_the_picture(tmp_path: Path) -> None:
    sent = encoded(quarters(20, 20), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff", icc_profile=profile()[:90])

    async with running(tmp_path) as images:
        assert (await images.process(sent, purpose=Purpose.AVATAR)).original.width == 20


async def test_what_follows_a_picture_in_its_file_is_gone(tmp_path: Path) -> None:
    page = b"<html><script>alert(1)</script></html>PK\x03\x04"

    async with running(tmp_path) as images:
        for form, _ in FORMS[:4]:
            made = await images.process(encoded(quarters(30, 30), form) + page, purpose=Purpose.ATTACHMENT)
            assert b"script" not in made.original.data
            assert b"PK\x03\x04" not in made.original.data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html>",
        b"GIF89a/*<svg/onload=alert(1)>*/=1;",
        b"\xff\xd8\xff<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n<html>",
        b"RIFF\x20\0\0\0WEBP<html>",
        b"\0\0\0\x18ftypavif\0\0\0\0avifmif1<html>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\0\0\0\x18ftypisom\0\0\0\0isommp41",
    ],
)
async def test_what_only_looks_like_an_image_is_refused(tmp_path: Path, data: bytes) -> None:
    async with running(tmp_path) as images:
        with pytest.raises(Invalid):
            await images.process(data, purpose=Purpose.ATTACHMENT)


@pytest.mark.parametrize(("form", "_kept"), FORMS)
async def test_a_truncated_file_is_refused_or_whole(tmp_path: Path, form: str, _kept: Kind) -> None:
    whole = encoded(Image.effect_noise((200, 150), 80).convert("RGB"), form)

    async with running(tmp_path) as images:
        for share in (0.05, 0.5, 0.9):
            with pytest.raises(Invalid):
                await images.process(whole[: int(len(whole) * share)], purpose=Purpose.ATTACHMENT)


async def test_a_file_can_be_given_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "upload"
    file.write_bytes(telltale("PNG"))

    async with running(tmp_path) as images:
        assert (await images.process(file, purpose=Purpose.EMOJI)).original.kind is Kind.PNG

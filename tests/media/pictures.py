"""Images and other files for the tests, made on the spot."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

SECRET = "Ludwigstrasse-17"  # stands for everything a file must not tell
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{SECRET}</rdf:RDF></x:xmpmeta>'.encode()
RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (255, 255, 255)


def quarters(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Red, green in the upper row, blue, white in the lower one."""
    image = Image.new("RGB", (2, 2))
    for at, colour in enumerate((RED, GREEN, BLUE, WHITE)):
        image.putpixel((at % 2, at // 2), colour)
    return image.resize((width, height), Image.Resampling.NEAREST).convert(mode)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """The file of an image."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def exif_with_place(*, orientation: int = 1) -> Image.Exif:
    """What a phone writes: who, with what, where."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET
    exif[0x013B] = SECRET
    exif.get_ifd(0x8825).update(
        {
            1: "N",
            2: (IFDRational(48), IFDRational(8), IFDRational(14)),
            3: "E",
            4: (IFDRational(11), IFDRational(34), IFDRational(31)),
            29: SECRET,
        }
    )
    return exif


def profile() -> bytes:
    """A colour profile; its text names the programs that made it."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def telltale(form: str, image: Image.Image | None = None) -> bytes:
    """A file with place, device, comment and XMP, wherever the format has room for them."""
    image = quarters(64, 48) if image is None else image
    exif, icc = exif_with_place().tobytes(), profile()
    match form:
        case "JPEG":
            return encoded(image, form, exif=exif, icc_profile=icc, comment=SECRET.encode(), xmp=XMP)
        case "PNG":
            text = PngInfo()
            text.add_text("Comment", SECRET)
            text.add_itxt("XML:com.adobe.xmp", XMP.decode())
            return encoded(image, form, exif=exif, icc_profile=icc, pnginfo=text)
        case "GIF":
            return encoded(image, form, comment=SECRET.encode())
        case _:
            return encoded(image, form, exif=exif, icc_profile=icc, xmp=XMP)


def animation(*, frames: int = 3, size: tuple[int, int] = (60, 40), duration: int = 120, **options: Any) -> bytes:
    """A GIF that goes through shades of red for ever."""
    pictures = [Image.new("RGB", size, (255 - 20 * (at % 12), 0, 0)) for at in range(frames)]
    return encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=duration, loop=0, **options)


def opened(data: bytes) -> Image.Image:
    """A result, decoded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image

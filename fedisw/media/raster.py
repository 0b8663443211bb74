"""Pillow's work: hostile bytes in, clean pixels out. Runs only inside the child process."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from PIL import AvifImagePlugin, ExifTags, Image, ImageCms, ImageFile, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin

from fedisw.media.gif import count_frames
from fedisw.media.probe import Kind
from fedisw.model.errors import Invalid

MAX_PIXELS: Final = 33_177_600  # security MED-3, for this and the next two
MAX_FRAMES: Final = 500
MAX_FRAME_PIXELS: Final = 400_000_000

FORMATS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.JPEG: "JPEG",
        Kind.PNG: "PNG",
        Kind.GIF: "GIF",
        Kind.WEBP: "WEBP",
        Kind.AVIF: "AVIF",
    }
)
LAZY_PLUGINS: Final = (AvifImagePlugin, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin)  # JPEG and EXIF ask for two of them

_TURNS: Final[Mapping[int, Image.Transpose]] = MappingProxyType(
    {  # EXIF 2.32 section 4.6.4, Orientation
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)
_SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_PROFILED_MODES: Final = frozenset({"RGB", "RGBA", "CMYK", "L"})


def prepare() -> None:
    """Settings of Pillow for the whole process; loads what it would else load in the middle of the work."""
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


class Source:
    """An opened file whose claims were checked; pixels are decoded when asked for."""

    def __init__(self, data: bytes, kind: Kind) -> None:
        """Read the header.

        Raises:
            Invalid: not of that kind, or more pixels or frames than allowed.
        """
        gif_frames = _checked_gif(data) if kind is Kind.GIF else 0
        try:
            self._image = Image.open(io.BytesIO(data), formats=[FORMATS[kind]])
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Invalid("file", "this image has too many pixels") from error
        self.frames = gif_frames or int(getattr(self._image, "n_frames", 1))
        self.width, self.height = self._image.size
        check_claims(self.width, self.height, self.frames)

    def still(self, *, at_least: tuple[int, int]) -> Image.Image:
        """The first picture: upright, sRGB, without anything but pixels.

        Args:
            at_least: width and height below which a JPEG must not be decoded; it may come out larger.
        """
        turn = _orientation(self._image)
        wanted = at_least if turn < 5 else at_least[::-1]
        if self._image.format in ("JPEG", "MPO"):
            self._image.draft(self._image.mode, wanted)
        self._image.load()
        upright = self._image.transpose(_TURNS[turn]) if turn in _TURNS else self._image
        return _clean(upright, self._image.info.get("icc_profile"))

    def moving(self) -> Iterator[tuple[Image.Image, int]]:
        """Each picture of a GIF with the milliseconds it is shown."""
        for at in range(self.frames):
            self._image.seek(at)
            yield _clean(self._image, None), int(self._image.info.get("duration", 0))

    @property
    def loops(self) -> int | None:
        """How often a GIF repeats; 0 is for ever, None never."""
        loop = self._image.info.get("loop")
        return loop if isinstance(loop, int) else None


def check_claims(width: int, height: int, frames: int) -> None:
    """Refuse what would cost too much, by the header alone (MED-3).

    Raises:
        Invalid: over MAX_PIXELS, MAX_FRAMES or MAX_FRAME_PIXELS, or empty.
    """
    pixels = width * height
    if pixels > MAX_PIXELS:
        raise Invalid("file", "this image has too many pixels")
    if pixels < 1 or frames < 1:
        raise Invalid("file", "this image is empty")
    if frames > MAX_FRAMES or frames * pixels > MAX_FRAME_PIXELS:
        raise Invalid("file", "this animation is too long")


def _checked_gif(data: bytes) -> int:
    frames = count_frames(data, stop=MAX_FRAMES + 1)
    check_claims(int.from_bytes(data[6:8], "little") or 1, int.from_bytes(data[8:10], "little") or 1, frames)
    return frames


def _orientation(image: Image.Image) -> int:
    """1 to 8; broken EXIF counts as upright, for the picture itself may be good."""
    try:
        turn = image.getexif().get(ExifTags.Base.Orientation, 1)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError, struct.error):
        return 1
    return turn if turn in _TURNS else 1


def _clean(image: Image.Image, profile: object) -> Image.Image:
    """RGB or, if something shows through, RGBA; colours as on an ordinary screen; a new image with no metadata."""
    if image.mode.startswith("I"):  # 16 bits of grey; `convert` would cut at 255 instead of scaling
        image = image.point(lambda value: value * (1 / 256)).convert("L")
        image.info = {}
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if isinstance(profile, bytes) and image.mode in _PROFILED_MODES:
        image = _to_srgb(image, profile)
    new = image.convert(mode)
    new.info = {}
    if mode == "RGBA" and new.getchannel("A").getextrema() == (255, 255):
        new = new.convert("RGB")
    return new


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The profile is not passed on (it can name a device), so its colours are worked in; a broken one is ignored."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        return ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image

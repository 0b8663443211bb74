"""Sizes and encodings of what we keep of an image. Runs only inside the child process."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from blurhash_rs import blurhash_encode
from PIL import Image, ImageOps

from fedisw.media.probe import Kind
from fedisw.media.raster import FORMATS, Source
from fedisw.media.wire import Done, Job, Made, Purpose

JPEG_QUALITY: Final = 85
WEBP_QUALITY: Final = 82
PREVIEW_PIXELS: Final = 640 * 360
ANIMATION_PIXELS: Final = 40_000_000  # of all frames together; keeps memory below a third of its ceiling and time below half
BLURHASH_SIDE: Final = 64  # pixels it is computed from
BLURHASH_COMPONENTS: Final = 4  # each way, as Mastodon
_FINE: Final = Image.Resampling.LANCZOS
_QUICK: Final = Image.Resampling.BILINEAR  # a third of the time, for animations


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The whole picture, made smaller until it has at most so many pixels."""

    pixels: int

    def target(self, width: int, height: int) -> tuple[int, int]:
        """Never larger than it was, never less than one pixel wide or high."""
        factor = min(1.0, math.sqrt(self.pixels / (width * height)))
        new_width, new_height = max(1, int(width * factor)), max(1, int(height * factor))
        return min(new_width, max(1, self.pixels // new_height)), min(new_height, max(1, self.pixels // new_width))

    def apply(self, image: Image.Image, how: Image.Resampling = _FINE) -> Image.Image:
        """The image at its target size."""
        return _shrunk(image, self.target(*image.size), how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The whole picture, made smaller until it fits into a square."""

    side: int

    def target(self, width: int, height: int) -> tuple[int, int]:
        """Never larger than it was, never less than one pixel wide or high."""
        factor = min(1.0, self.side / max(width, height))
        return max(1, round(width * factor)), max(1, round(height * factor))

    def apply(self, image: Image.Image, how: Image.Resampling = _FINE) -> Image.Image:
        """The image at its target size."""
        return _shrunk(image, self.target(*image.size), how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """The middle of the picture in a fixed shape, made smaller to a fixed size; a small picture stays small."""

    width: int
    height: int

    def target(self, width: int, height: int) -> tuple[int, int]:
        """The shape, as large as the picture allows."""
        factor = min(1.0, width / self.width, height / self.height)
        return max(1, round(self.width * factor)), max(1, round(self.height * factor))

    def apply(self, image: Image.Image, how: Image.Resampling = _FINE) -> Image.Image:
        """The image at its target size."""
        return ImageOps.fit(image, self.target(*image.size), how)


def _shrunk(image: Image.Image, size: tuple[int, int], how: Image.Resampling) -> Image.Image:
    return image if size == image.size else image.resize(size, how, reducing_gap=2.0)


Shape = Area | Box | Crop
GEOMETRY: Final[Mapping[Purpose, Shape]] = MappingProxyType(
    {  # as Mastodon's
        Purpose.ATTACHMENT: Area(pixels=3840 * 2160),
        Purpose.AVATAR: Crop(width=400, height=400),
        Purpose.HEADER: Crop(width=1500, height=500),
        Purpose.EMOJI: Box(side=256),
    }
)


def render(job: Job) -> Done:
    """Decode a file and encode it again as what its purpose asks for.

    Raises:
        Invalid: the file claims too much or cannot be read.
        Exception: whatever else a decoder throws at broken data.
    """
    source, shape = Source(job.data, job.kind), GEOMETRY[job.purpose]
    if job.kind is Kind.GIF:
        original, first = _moving(source, shape)
    else:
        first = shape.apply(source.still(at_least=_needed(shape, source)))
        original = encode(first, _kept_kind(job.kind, first))
    small = Area(pixels=PREVIEW_PIXELS).apply(first)
    preview: Made | None = None
    if job.purpose is Purpose.ATTACHMENT or source.frames > 1 or original.kind is Kind.GIF:
        still_kind = Kind.PNG if original.kind is Kind.GIF else original.kind
        preview = encode(small if job.purpose is Purpose.ATTACHMENT else first, still_kind)
    frames = source.frames if original.kind is Kind.GIF else 1
    return Done(original=original, preview=preview, blurhash=blurhash(small), frames=frames)


def _needed(shape: Shape, source: Source) -> tuple[int, int]:
    """Pixels that the decoder must deliver; for a crop both sides must cover it whichever way the picture is turned."""
    if isinstance(shape, Crop):
        side = max(shape.width, shape.height)
        return side, side
    return shape.target(source.width, source.height)


def _kept_kind(kind: Kind, image: Image.Image) -> Kind:
    """AVIF becomes what every client can show; the others stay what they are."""
    if kind is not Kind.AVIF:
        return kind
    return Kind.PNG if image.mode == "RGBA" else Kind.JPEG


def encode(image: Image.Image, kind: Kind) -> Made:
    """A still image; the encoder gets pixels and settings, nothing of the old file."""
    out = io.BytesIO()
    match kind:
        case Kind.JPEG:
            image.convert("RGB").save(out, format="JPEG", quality=JPEG_QUALITY, progressive=True)
        case Kind.WEBP:
            image.save(out, format="WEBP", quality=WEBP_QUALITY, method=3)
        case _:
            image.save(out, format=FORMATS[kind])
    return Made(data=out.getvalue(), kind=kind, width=image.width, height=image.height)


def frame_area(frames: int) -> Area:
    """How large each picture of an animation may stay."""
    return Area(pixels=max(1, ANIMATION_PIXELS // frames))


def _moving(source: Source, shape: Shape) -> tuple[Made, Image.Image]:
    """A GIF with all its frames, and the first of them."""
    budget = frame_area(source.frames)
    frames: list[Image.Image] = []
    durations: list[int] = []
    for frame, milliseconds in source.moving():
        frames.append(budget.apply(shape.apply(frame, _QUICK), _QUICK))
        durations.append(milliseconds)
    out = io.BytesIO()
    extra: dict[str, int] = {} if source.loops is None else {"loop": source.loops}
    if any(frame.mode == "RGBA" for frame in frames):
        extra["disposal"] = 2  # clear each frame, or the one before shines through
    frames[0].save(out, format="GIF", save_all=True, append_images=frames[1:], duration=durations, **extra)
    return Made(data=out.getvalue(), kind=Kind.GIF, width=frames[0].width, height=frames[0].height), frames[0]


def blurhash(image: Image.Image) -> str:
    """A placeholder of some 50 characters; what shows through is taken as white.

    Source: the BlurHash algorithm, 4 by 4 components.
    """
    small = image.copy()
    small.thumbnail((BLURHASH_SIDE, BLURHASH_SIDE))
    flat = Image.new("RGB", small.size, "white")
    flat.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    return blurhash_encode(flat, BLURHASH_COMPONENTS, BLURHASH_COMPONENTS)

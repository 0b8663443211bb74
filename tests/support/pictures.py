"""Pictures as people upload them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def picture(width: int = 64, height: int = 48, *, colour: tuple[int, int, int] = (30, 120, 90), kind: str = "PNG") -> bytes:
    """A small picture of one colour."""
    made = BytesIO()
    Image.new("RGB", (width, height), colour).save(made, kind)
    return made.getvalue()

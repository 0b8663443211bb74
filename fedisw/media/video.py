"""Video and audio: refused until they can be made safe to pass on (security MED-5)."""

from __future__ import annotations

from fedisw.media.probe import Family, Kind
from fedisw.model.errors import Invalid


def refuse_unless_image(kind: Kind) -> None:
    """Let images pass.

    Raises:
        Invalid: a video or a sound. Removing place and device from them needs ffmpeg, whose support comes later.
    """
    if kind.family is not Family.IMAGE:
        raise Invalid("file", "video and sound cannot be uploaded yet: ffmpeg support comes later")

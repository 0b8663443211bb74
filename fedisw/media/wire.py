"""What the server and its image child say to each other: four bytes of length, then MessagePack."""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import Final

import msgspec

from fedisw.media.probe import Kind

LENGTH: Final = struct.Struct(">I")
MAX_MESSAGE: Final = 128 * 1024 * 1024  # bytes; a full-size PNG of noise with its preview is below 40 MiB
MAX_PROBLEM: Final = 200  # characters


class Purpose(StrEnum):
    """What an image is for; decides its size (see raster.GEOMETRY)."""

    ATTACHMENT = "attachment"
    AVATAR = "avatar"
    HEADER = "header"
    EMOJI = "emoji"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One file to make safe."""

    data: bytes
    kind: Kind
    purpose: Purpose


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """One encoded image; sizes are pixels."""

    data: bytes
    kind: Kind
    width: int
    height: int


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """First message of a child: `walls` names the confinements that hold (see sandbox.confine)."""

    walls: tuple[str, ...]


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The new images. No `preview`: the original serves as one. `frames` is more than 1 when it moves."""

    original: Made
    preview: Made | None
    blurhash: str
    frames: int


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The file cannot be used; `problem` is for the person who sent it."""

    problem: str


Reply = Ready | Done | Refused

_encoder: Final = msgspec.msgpack.Encoder()
_jobs: Final = msgspec.msgpack.Decoder(Job)
_replies: Final[msgspec.msgpack.Decoder[Reply]] = msgspec.msgpack.Decoder(Reply)


def pack(message: Job | Reply) -> bytes:
    """A message with its length before it."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


def parse_length(prefix: bytes) -> int:
    """Bytes of the message that follows.

    Raises:
        ValueError: more than MAX_MESSAGE.
    """
    (length,) = LENGTH.unpack(prefix)
    if length > MAX_MESSAGE:
        raise ValueError("message too long")
    return int(length)


def parse_job(body: bytes) -> Job:
    """Read what the server sent."""
    return _jobs.decode(body)


def parse_reply(body: bytes) -> Reply:
    """Read what a child sent.

    Raises:
        msgspec.MsgspecError: not one of our messages.
    """
    return _replies.decode(body)

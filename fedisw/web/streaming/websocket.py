"""Streams over WebSocket: many on one connection."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
from aiohttp import WSCloseCode, WSMsgType, hdrs, web

from fedisw.model.errors import NotFound, Unauthenticated
from fedisw.web.keys import caller_of
from fedisw.web.routes import Auth, Route
from fedisw.web.streaming.channels import OUT_OF_SCOPE, Asked, Refused, may_listen
from fedisw.web.streaming.listening import End, Frame, Listener, Over, listening

MESSAGE_BYTES: Final = 4_096  # of one message of a client (security LIM)
BEAT: Final = 30.0  # seconds between pings; without an answer the connection is dropped
PATIENCE: Final = 30.0  # seconds that a reader may take for what was sent
CLOSING: Final = 5.0  # seconds to wait for the other side's goodbye
CODES: Final = {
    End.NOT_ALLOWED: WSCloseCode.POLICY_VIOLATION,
    End.TOO_SLOW: WSCloseCode.TRY_AGAIN_LATER,
    End.CLOSING: WSCloseCode.GOING_AWAY,
}


class Command(msgspec.Struct, frozen=True):
    """What a client says; anything else is ignored."""

    type: str
    stream: str = ""
    tag: str = ""
    list: str | int = ""

    @property
    def asked(self) -> Asked:
        """The stream that it names."""
        return Asked(name=self.stream, tag=self.tag, list_id=str(self.list))


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a client gets; `payload` is a text even where it holds JSON."""

    stream: tuple[str, ...]
    event: str
    payload: str | None = None


async def connect(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/streaming"""
    if request.headers.get(hdrs.UPGRADE, "").strip().lower() != "websocket":
        raise NotFound("stream")
    if not may_listen(caller_of(request).viewer.scopes):
        raise Unauthenticated(OUT_OF_SCOPE)
    async with listening(request) as listener:
        socket = web.WebSocketResponse(
            heartbeat=BEAT, max_msg_size=MESSAGE_BYTES, compress=False, protocols=_offered(request), timeout=CLOSING
        )
        await socket.prepare(request)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_send_all(socket, listener))
                await _obey_all(socket, listener, request)
                listener.stop()  # not cancelled: it may be saying goodbye
        except* (ConnectionResetError, TimeoutError):
            if request.transport is not None:  # the reader is gone, or takes nothing
                request.transport.abort()
        except* asyncio.CancelledError:
            if not socket.closed:  # otherwise both have said goodbye, and aiohttp ends what waits for nothing any more
                raise
        return socket


def _offered(request: web.Request) -> tuple[str, ...]:
    """The protocol that the client offers, often its token: browsers end a connection that does not echo one."""
    offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(",")[0].strip()
    return (offered,) if offered else ()


async def _send_all(socket: web.WebSocketResponse, listener: Listener) -> None:
    """Until the stream is over, or the reader does not take what it gets."""
    try:
        while True:
            for frame in await listener.next(within=BEAT):
                await _send(socket, _message(frame))
    except Over as over:
        await socket.close(code=CODES[over.why])


async def _obey_all(socket: web.WebSocketResponse, listener: Listener, request: web.Request) -> None:
    """Until the connection is closed."""
    first = request.query
    if first.get("stream"):
        asked = Asked(name=first["stream"], tag=first.get("tag", ""), list_id=first.get("list", ""))
        await _obey(socket, listener, "subscribe", asked)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            command = _parsed(message.data)
            if command is not None:
                await _obey(socket, listener, command.type, command.asked)
        elif message.type is WSMsgType.BINARY:
            await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)


async def _obey(socket: web.WebSocketResponse, listener: Listener, what: str, asked: Asked) -> None:
    try:
        match what:
            case "subscribe":
                await listener.add(asked)
            case "unsubscribe":
                await listener.remove(asked)
            case _:
                pass
    except Refused as refused:
        await _send(socket, msgspec.json.encode({"error": refused.message, "status": refused.status}))


async def _send(socket: web.WebSocketResponse, data: bytes) -> None:
    if not socket.closed:
        async with asyncio.timeout(PATIENCE):
            await socket.send_str(data.decode())


def _message(frame: Frame) -> bytes:
    return msgspec.json.encode(Message(stream=frame.label, event=frame.event, payload=frame.payload))


def _parsed(text: str) -> Command | None:
    try:
        return msgspec.json.decode(text, type=Command)
    except msgspec.DecodeError:
        return None


ROUTES: Final = (Route("GET", "/api/v1/streaming", connect, Auth.stream()),)

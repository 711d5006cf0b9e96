"""The stand-in's gateway: sessions of bots that connect, lose the connection, and resume."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from aiohttp import web

from tests.bot.discord_world import APPLICATION_ID, BOT, DIRECT_ID, GUILD_ID, Message, World

GUILD_MEMBERS, PRESENCES, MESSAGE_CONTENT = 1 << 1, 1 << 8, 1 << 15


class Opcode(IntEnum):
    """What a gateway frame is."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    RECONNECT = 7
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


@dataclass
class Session:
    """One bot process as the gateway knows it; survives its connection."""

    id: str
    intents: int
    socket: web.WebSocketResponse | None
    events: list[dict[str, Any]] = field(default_factory=list)

    async def dispatch(self, event: str, data: dict[str, Any]) -> None:
        """Send an event, or keep it until the bot resumes."""
        frame = {"op": Opcode.DISPATCH, "t": event, "s": len(self.events) + 1, "d": data}
        self.events.append(frame)
        if self.socket is not None and not self.socket.closed:
            await self.socket.send_json(frame)


def as_seen(message: Message, intents: int) -> dict[str, Any]:
    """Without the intent, a bot reads only what addresses it, and its own."""
    addressed = BOT in (*message.mentions, message.author) or message.channel_id == DIRECT_ID
    reads = intents & MESSAGE_CONTENT or addressed
    return message.payload if reads else message.payload | {"content": "", "attachments": [], "components": []}


class Gateway:
    """Takes connections; `news` is called whenever one comes or goes."""

    def __init__(self, world: World, token: str, url: Callable[[], str], news: Callable[[], Awaitable[None]]) -> None:
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.content_intent_enabled = True
        self.heartbeat_interval = 41_250
        self.silent = False
        self._world = world
        self._token = token
        self._url = url
        self._news = news
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._url()

    @property
    def connected(self) -> list[Session]:
        """Sessions of bots that are there."""
        return [session for session in self.sessions.values() if session.socket is not None]

    async def dispatch(self, event: str, data: dict[str, Any]) -> None:
        """Tell every bot."""
        for session in self.sessions.values():
            await session.dispatch(event, data)

    async def tell(self, event: str, message: Message) -> None:
        """Tell every bot of a message, as far as it may read it."""
        for session in self.sessions.values():
            await session.dispatch(event, as_seen(message, session.intents))

    async def order(self, opcode: Opcode, data: object = None) -> None:
        """Send every bot a frame that isn't an event."""
        for session in self.connected:
            assert session.socket is not None, "it is connected"
            await session.socket.send_json({"op": opcode, "d": data})

    async def close(self, code: int) -> None:
        """Close every connection."""
        await asyncio.gather(*(socket.close(code=code) for socket in self._sockets))

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        await socket.send_json({"op": Opcode.HELLO, "d": {"heartbeat_interval": self.heartbeat_interval}})
        try:
            async for frame in socket:
                await self._receive(socket, json.loads(frame.data))
        finally:
            self._sockets.discard(socket)
            for session in self.sessions.values():
                if session.socket is socket:
                    session.socket = None
            await self._news()
        return socket

    async def _receive(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["op"]:
            case Opcode.HEARTBEAT if not self.silent:
                await socket.send_json({"op": Opcode.HEARTBEAT_ACK})
            case Opcode.IDENTIFY:
                await self._identify(socket, frame["d"])
            case Opcode.RESUME:
                await self._resume(socket, frame["d"])

    async def _identify(self, socket: web.WebSocketResponse, identity: dict[str, Any]) -> None:
        wants_content = identity["intents"] & MESSAGE_CONTENT and not self.content_intent_enabled
        if identity["token"] != self._token:
            await socket.close(code=4004, message=b"Authentication failed.")
        elif identity["intents"] & (GUILD_MEMBERS | PRESENCES) or wants_content:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
        else:
            self.identified += 1
            session = Session(str(self.identified), identity["intents"], socket)
            self.sessions[session.id] = session
            ready = {
                "v": 10,
                "user": BOT.user,
                "guilds": [{"id": GUILD_ID, "unavailable": True}],
                "session_id": session.id,
                "resume_gateway_url": self._url(),
                "shard": identity.get("shard", [0, 1]),
                "application": {"id": APPLICATION_ID, "flags": 0},
            }
            await session.dispatch("READY", ready)
            await session.dispatch("GUILD_CREATE", self._world.guild)
            await self._news()

    async def _resume(self, socket: web.WebSocketResponse, resume: dict[str, Any]) -> None:
        session = self.sessions.get(resume["session_id"])
        if session is None:
            await socket.send_json({"op": Opcode.INVALID_SESSION, "d": False})
            return
        self.resumed += 1
        session.socket = socket
        for frame in session.events[resume["seq"] :]:
            await socket.send_json(frame)
        await session.dispatch("RESUMED", {})
        await self._news()

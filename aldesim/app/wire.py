"""Messages of the web-socket, checked before Shiny reads them.

Shiny's session ends with a traceback on a message it does not understand. The app needs three
kinds only: the start of a session, inputs that the page's own machinery sends, and questions.
Anything else ends the connection here, quietly.
"""

import json
from collections.abc import Collection
from typing import Any

from aldesim.app.guard import Application, Message, Receive, Scope, Send

MALFORMED = 1003  # unsupported data
FULL = 1013  # try again later
MOST_SESSIONS = 64
NONE_LEFT: Message = {"type": "websocket.disconnect", "code": MALFORMED}


class Wire:
    """ASGI middleware for the app's web-socket.

    Parameters
    ----------
    app : ASGI application
        Shiny's.
    questions : collection of str
        Methods that a page may call.
    most_sessions : int
        Connections at the same time.
    """

    def __init__(
        self, app: Application, questions: Collection[str], most_sessions: int = MOST_SESSIONS
    ):
        self._app, self._questions, self._most = app, frozenset(questions), most_sessions
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but malformed messages of a web-socket."""
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)
        if scope["path"] != "/websocket/" or self._open >= self._most:
            await receive()
            return await send({"type": "websocket.close", "code": FULL})
        self._open += 1
        try:
            await self._app(scope, self._reader(receive, send), send)
        finally:
            self._open -= 1

    def _reader(self, receive: Receive, send: Send) -> Receive:
        started = refused = False

        async def read() -> Message:
            nonlocal started, refused
            if refused:
                return NONE_LEFT
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            clean = self.clean(message.get("text"), started)
            if clean is None:
                refused = True
                await send({"type": "websocket.close", "code": MALFORMED})
                return NONE_LEFT
            started = True
            return {"type": "websocket.receive", "text": clean}

        return read

    def clean(self, text: str | None, started: bool) -> str | None:
        """The message as Shiny may read it; None if it is none of the kinds that are needed."""
        try:
            message = json.loads(text or "")
        except (ValueError, RecursionError):
            return None
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            return None
        match message["method"]:
            case "init" | "update" as method if (method == "init") != started:
                return _inputs(method, message.get("data"))
            case method if started and method in self._questions:
                return _question(method, message.get("tag"), message.get("args"))
        return None


def _inputs(method: str, data: Any) -> str | None:
    """Inputs that Shiny's own script reports (sizes, addresses); the app reads none of them."""
    if not isinstance(data, dict):
        return None
    return json.dumps({"method": method, "data": {}})


def _question(method: str, tag: Any, args: Any) -> str | None:
    if isinstance(tag, bool) or not isinstance(tag, int) or not isinstance(args, list):
        return None
    return json.dumps({"method": method, "tag": tag, "args": args})

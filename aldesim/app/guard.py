"""What stands between the network and the app: who may ask, for what, and what pages may do.

A browser reaches servers on loopback for any web site that asks it to, so an address of one's own
is no protection: the Host header must name this machine (against DNS rebinding) and a web-socket
must come from a page of this server (against cross-site web-sockets).
"""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
COOKIE = "aldesim_token"
SOCKET_REFUSED = 1008  # policy violation
LONGEST_QUERY = 1024

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
NEED_TOKEN = (
    "This server asks for its token. Open the address that `aldesim serve` printed when it started."
)


def policy(scripts: Iterable[str] = ()) -> str:
    """Content security policy: everything from this server, no script but files of its own.

    Plotly sizes its text with style attributes, so styles may stand in elements.

    Parameters
    ----------
    scripts : iterable of str
        Scripts that stand in the page itself; each is let through by its hash.
    """
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    ]
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(["script-src 'self'", *hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """ASGI middleware in front of the app.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    token : str, optional
        Asked of every browser; without it only names of the loopback interface are answered.
    scripts : iterable of str
        Scripts that stand in the page itself.
    """

    def __init__(self, app: Application, token: str | None = None, scripts: Iterable[str] = ()):
        self._app, self._token = app, token
        self._headers = (*HEADERS, (b"content-security-policy", policy(scripts).encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        match scope["type"]:
            case "lifespan":
                await self._app(scope, receive, send)
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._socket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        if not self._host_allowed(headers):
            return await self._answer(send, 421, "This server does not go by that name.")
        if scope["method"] not in ("GET", "HEAD"):
            return await self._answer(send, 405, "Only GET.", [(b"allow", b"GET, HEAD")])
        if len(scope["query_string"]) > LONGEST_QUERY:
            return await self._answer(send, 414, "Too long.")
        given = _token_of(scope)
        if self._token and scope["path"] == "/" and given and self._same(given):
            cookie = f"{COOKIE}={self._token}; Path=/; HttpOnly; SameSite=Strict".encode("latin-1")
            return await self._answer(send, 303, "", [(b"location", b"/"), (b"set-cookie", cookie)])
        if not self._known(headers):
            return await self._answer(send, 403, NEED_TOKEN)
        await self._app(_plain(scope), receive, self._hardened(send))

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        if self._host_allowed(headers) and self._same_origin(headers) and self._known(headers):
            return await self._app(_plain(scope), receive, send)
        await receive()
        await send({"type": "websocket.close", "code": SOCKET_REFUSED})

    def _hardened(self, send: Send) -> Send:
        """The sender, adding the headers that every answer carries."""

        async def harden(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = list(message.get("headers", []))
                page = any(k.lower() == b"content-type" and b"html" in v for k, v in kept)
                freshness = b"no-store" if page else b"no-cache"
                message["headers"] = [*kept, *self._headers, (b"cache-control", freshness)]
            await send(message)

        return harden

    async def _answer(
        self, send: Send, status: int, text: str, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        body = text.encode()
        length = str(len(body)).encode()
        start = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", length)]
        harden = self._hardened(send)
        head = {"type": "http.response.start", "status": status, "headers": [*start, *headers]}
        await harden(head)
        await harden({"type": "http.response.body", "body": body})

    def _host_allowed(self, headers: dict[str, str]) -> bool:
        host = _name(headers.get("host", ""))
        return bool(host) and (self._token is not None or host in LOOPBACK)

    def _same_origin(self, headers: dict[str, str]) -> bool:
        origin = urlsplit(headers.get("origin", ""))
        return origin.scheme in ("http", "https") and origin.netloc == headers.get("host")

    def _known(self, headers: dict[str, str]) -> bool:
        if self._token is None:
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and self._same(cookie.value)

    def _same(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), (self._token or "").encode())


def _headers(scope: Scope) -> dict[str, str]:
    """Headers by lower-case name; one given twice counts as not given."""
    found: dict[str, str] = {}
    for key, value in scope["headers"]:
        name = key.decode("latin-1").lower()
        found[name] = "" if name in found and name != "cookie" else value.decode("latin-1")
    return found


def _name(host: str) -> str:
    """Name in a Host header, without its port; empty if it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _token_of(scope: Scope) -> str:
    return parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]


def _plain(scope: Scope) -> Scope:
    """The request without its query: settings travel behind the #, which stays in the browser."""
    return {**scope, "query_string": b""}

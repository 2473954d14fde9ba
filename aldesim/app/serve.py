"""Starting the server."""

import secrets
from pathlib import Path

import uvicorn

from aldesim.app.application import application
from aldesim.app.guard import LOOPBACK
from aldesim.errors import InputError

LARGEST_MESSAGE = 1 << 20  # bytes; patient files and scenarios are far smaller
SHORTEST_TOKEN = 16
NO_PATIENCE = 3  # seconds that open pages get when the server stops


def serve(
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
    runs: Path = Path("runs"),
) -> None:
    """Serve the app until interrupted.

    Parameters
    ----------
    host : str
        Address to listen on; any but loopback needs a token.
    port : int
        0 takes any that is free.
    token : str, optional
        What a browser must show; `new` makes one.
    runs : Path
        Folder of runs.

    Raises
    ------
    InputError
        If the address is open to others without a token, the token is too short, or there is no
        such port or folder.
    """
    check_address(host, token)
    if not 0 <= port <= 65535:
        raise InputError("serve", "port", port, "must be 0 to 65535")
    if runs.exists() and not runs.is_dir():
        raise InputError("serve", "runs", str(runs), "is a file; give a folder")
    if token == "new":
        token = secrets.token_urlsafe(24)
    settings = uvicorn.Config(
        application(runs.absolute(), token),
        host=host,
        port=port,
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,  # packing a picture takes longer than sending it
        server_header=False,
        timeout_graceful_shutdown=NO_PATIENCE,
    )
    _Announcing(settings, token).run()


def check_address(host: str, token: str | None) -> None:
    """Refuse an address that others can reach unless they need a token."""
    if host not in LOOPBACK and not token:
        allowed = f"is open to others and needs --token; without it one of {', '.join(LOOPBACK)}"
        raise InputError("serve", "host", host, allowed)
    if token is not None and token != "new" and len(token) < SHORTEST_TOKEN:
        allowed = f"must have {SHORTEST_TOKEN} characters or more; `new` makes one"
        raise InputError("serve", "token", "…", allowed)


class _Announcing(uvicorn.Server):
    """Says where the app is once it answers there."""

    def __init__(self, config: uvicorn.Config, token: str | None):
        super().__init__(config)
        self._token = token

    async def startup(self, sockets: list | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        bound = self.servers[0].sockets[0].getsockname()
        name = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
        query = f"?token={self._token}" if self._token else ""
        print(
            f"aldesim is served on http://{name}:{bound[1]}/{query} (Ctrl-C stops it)", flush=True
        )

"""`aldesim serve`: the web app."""

from pathlib import Path

from aldesim.errors import InputError

INSTALL = "pip install 'aldesim[app]'"
NEEDED = ("shiny", "uvicorn", "starlette")


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
    runs: Path = Path("runs"),
) -> int:
    """Serve the web app on this machine, for the browser; Ctrl-C stops it.

    Parameters
    ----------
    host
        Address to listen on; any but loopback needs --token.
    port
        Port; 0 takes one that is free.
    token
        What a browser must show once, 16 characters or more; `new` makes one and prints it.
    runs
        Folder of runs: those listed, and those made here.
    """
    try:
        from aldesim.app.serve import serve as serve_app
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        needed = f"is not installed; the web app needs it: {INSTALL}"
        raise InputError("serve", "package", error.name, needed) from None
    serve_app(host, port, token, runs)
    return 0

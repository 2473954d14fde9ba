"""Files that can be made again: compiled programs and object code, kept for the next start."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

_DIGEST = 32


def folder() -> Path:
    """Where cached files live: ``ALDESIM_CACHE_DIR``, or the user's cache folder."""
    chosen = os.environ.get("ALDESIM_CACHE_DIR")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("aldesim"))


@lru_cache(maxsize=1)
def engine_digest() -> str:
    """A digest of the engine's own source: a changed engine never reads an old file."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def key(*parts: object) -> str:
    """Name of a cached file: a digest of everything its content depends on."""
    digest = hashlib.sha256(engine_digest().encode())
    for part in parts:
        text = str(part).encode()
        digest.update(str(len(text)).encode() + b":" + text)
    return digest.hexdigest()[:32]


def read(name: str) -> bytes | None:
    """Content of a cached file; None if it is missing or damaged."""
    try:
        data = (folder() / name).read_bytes()
    except OSError:
        return None
    content = data[_DIGEST:]
    return content if hashlib.sha256(content).digest() == data[:_DIGEST] else None


def write(name: str, content: bytes) -> None:
    """Keep a file, whole or not at all; a folder that cannot be written to is no error."""
    target = folder()
    try:
        target.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target, prefix=f".{name}.")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        Path(temporary).replace(target / name)
    except OSError:
        Path(temporary).unlink(missing_ok=True)

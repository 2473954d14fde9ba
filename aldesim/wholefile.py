"""Files that are there whole or not at all, whenever the program is killed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aldesim.errors import InputError

if TYPE_CHECKING:
    import numpy as np


def make_folder(path: Path) -> Path:
    """A folder that results go to, made where there is none.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    if path.exists() and not path.is_dir():
        raise InputError("out", "", str(path), "is a file; give a folder")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("out", "", str(path), f"cannot be made: {error.strerror}") from None
    return path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Path of a hidden file that takes the place of `path` once it is written without an error.

    Parameters
    ----------
    path : Path
        Where the file is to lie; its folder is made.

    Raises
    ------
    InputError
        If it cannot be written there.
    """
    hidden = make_folder(path.parent) / f".{path.name}.part"
    try:
        yield hidden
        hidden.replace(path)
    except OSError as error:
        raise InputError("out", "", str(path), f"cannot be written: {error.strerror}") from None


def write_text(path: Path, text: str) -> Path:
    """Path of a text file (UTF-8), put in place in one step."""
    with replacing(path) as hidden:
        hidden.write_text(text, "utf-8")
    return path


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> Path:
    """Path of a compressed NumPy archive, put in place in one step."""
    import numpy as np

    with replacing(path) as hidden, hidden.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return path

"""Files that are there whole or not at all, whenever the program is killed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Path of a hidden file that takes the place of `path` once it is written without an error.

    Parameters
    ----------
    path : Path
        Where the file is to lie; its folder is made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.part")
    yield hidden
    hidden.replace(path)


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

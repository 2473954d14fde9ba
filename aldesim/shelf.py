"""Shelves: folders of YAML files that come with the program, and files of one's own beside them."""

import re
from collections.abc import Sequence
from pathlib import Path

from aldesim.errors import InputError


def shelf_names(folder: Path) -> list[str]:
    """Names on a shelf, sorted."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def shelf_file(what: str, name_or_path: str | Path, folder: Path, also: Sequence[str] = ()) -> Path:
    """File of a name on a shelf, or the path itself if it ends in .yaml or .yml.

    Parameters
    ----------
    what : str
        What is looked for, named in the error.
    name_or_path : str or Path
        As a person gives it.
    folder : Path
        The shelf.
    also : sequence of str
        Names that are valid without a file, for the error.

    Raises
    ------
    InputError
        If the shelf has no such name; lists those it has.
    """
    text = str(name_or_path)
    if text.endswith((".yaml", ".yml")):
        return Path(text)
    names = shelf_names(folder)
    if text not in names:
        shelf = ", ".join(sorted([*names, *also]))
        allowed = f"unknown; on the shelf: {shelf}; or a path ending in .yaml"
        raise InputError(what, "", text, allowed)
    return folder / f"{text}.yaml"


def file_stem(path: Path) -> str:
    """Name that a file gives to what it holds: small letters, digits, dots and dashes."""
    name = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._")
    return name[:80] or "own"

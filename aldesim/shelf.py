"""Shelves: folders of YAML files that come with the program, and files of one's own beside them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from aldesim.errors import InputError
from aldesim.yamlfile import read_yaml

SUFFIXES = (".yaml", ".yml")
T = TypeVar("T", bound=BaseModel)


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
    if text.endswith(SUFFIXES):
        return Path(text)
    names = shelf_names(folder)
    if text not in names:
        raise _unknown(what, text, sorted([*names, *also]))
    return folder / f"{text}.yaml"


def shelf_row(what: str, name_or_path: str | Path, shelf: Mapping[str, T], schema: type[T]) -> T:
    """Row of a name on a shelf that is one file, or what a YAML file of one's own holds.

    Parameters
    ----------
    what : str
        What is looked for, named in the error.
    name_or_path : str or Path
        As a person gives it.
    shelf : mapping
        Rows by name.
    schema : type of BaseModel
        What the file must look like.

    Raises
    ------
    InputError
        If the shelf has no such name, or a field of the file is wrong.
    """
    text = str(name_or_path)
    if text.endswith(SUFFIXES):
        return read_yaml(Path(text), schema)
    if text not in shelf:
        raise _unknown(what, text, list(shelf))
    return shelf[text]


def file_stem(path: Path) -> str:
    """Name that a file gives to what it holds: small letters, digits, dots and dashes."""
    name = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._")
    return name[:80] or "own"


def _unknown(what: str, name: str, names: Sequence[str]) -> InputError:
    allowed = f"unknown; on the shelf: {', '.join(names)}; or a path ending in .yaml"
    return InputError(what, "", name, allowed)

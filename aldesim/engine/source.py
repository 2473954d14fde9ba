"""Model files: Antimony or SBML, read as text and turned into SBML."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path

from aldesim.errors import InputError

_IMPORT = re.compile(r'^\s*import\s+"([^"]+)"', re.MULTILINE)
_ONE_AT_A_TIME = threading.Lock()
"""The Antimony library keeps what it has read in global memory."""


@dataclass(frozen=True)
class Source:
    """The text of a model.

    Attributes
    ----------
    name : str
        File or other name, for messages.
    text : str
        Antimony or SBML text.
    antimony : bool
        Whether it is Antimony.
    folder : str
        Where files it imports are looked for.
    imported : tuple of str
        Texts of the files it imports, so that equal sources mean equal models.
    """

    name: str
    text: str
    antimony: bool
    folder: str = ""
    imported: tuple[str, ...] = ()


def read_source(path: str | Path) -> Source:
    """The model text in a file, ``.ant`` or ``.txt`` for Antimony, ``.xml`` or ``.sbml`` for SBML.

    Raises
    ------
    InputError
        If the file is missing, not text, or of another kind.
    """
    path = Path(path)
    kinds = {".ant": True, ".txt": True, ".xml": False, ".sbml": False}
    antimony = kinds.get(path.suffix.lower())
    if antimony is None:
        raise InputError(str(path), "file ending", path.suffix, "must be .ant or .xml")
    text = _read(path)
    imported = tuple(_imports(text, path.parent, set())) if antimony else ()
    return Source(path.name, text, antimony, str(path.parent.resolve()), imported)


def to_sbml(source: Source) -> str:
    """SBML text of a model.

    Raises
    ------
    InputError
        With the line of the first Antimony error.
    """
    if not source.antimony:
        return source.text
    with _ONE_AT_A_TIME:
        return _from_antimony(source)


def _from_antimony(source: Source) -> str:
    import antimony

    antimony.clearPreviousLoads()
    antimony.freeAll()
    if source.folder:
        antimony.addDirectory(source.folder)
    try:
        if antimony.loadAntimonyString(source.text) < 0:
            message = str(antimony.getLastError())
            found = re.match(r"Error in model string, (line \d+):\s*(.*)", message, re.DOTALL)
            line, reason = found.groups() if found else ("", message)
            raise InputError(source.name, line, "Antimony", f"could not be read: {reason[:300]}")
        sbml = str(antimony.getSBMLString(antimony.getMainModuleName()))
    finally:
        antimony.clearDirectories()
        antimony.clearPreviousLoads()
        antimony.freeAll()
    # The first lines name the versions of the translator, not the model.
    return re.sub(r"<!--.*?-->\s*", "", sbml, count=1, flags=re.DOTALL)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(str(path), "", "not UTF-8", "must be a text file") from None
    except OSError as error:
        raise InputError(
            str(path), "", error.strerror or "cannot be read", "must be a readable file"
        ) from None


def _imports(text: str, folder: Path, seen: set[Path]) -> list[str]:
    found = []
    for name in _IMPORT.findall(text):
        path = (folder / name).resolve()
        if path not in seen:
            seen.add(path)
            inner = _read(path)
            found += [inner, *_imports(inner, path.parent, seen)]
    return found

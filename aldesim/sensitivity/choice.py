"""Which parameters are moved: by name, by subject of the model text, or all that vary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from aldesim import model
from aldesim.errors import InputError

VARYING = "varying"


def subjects() -> dict[str, str]:
    """Subject of each parameter: the part of the model text that declares it."""
    found: dict[str, str] = {}
    for path in sorted(Path(model.__file__).with_name("text").glob("*.ant")):
        text = path.read_text("utf-8")
        found |= dict.fromkeys(re.findall(r"^(\w+) has ", text, re.M), path.stem)
    return found


def choose(words: Sequence[str]) -> tuple[str, ...]:
    """Parameters that some words name, in the order of the table.

    Parameters
    ----------
    words : sequence of str
        Names of parameters; subjects of the model text such as ``tumour``, which stand for those of
        their parameters that differ between patients; or ``varying`` for all that differ.

    Raises
    ------
    InputError
        If a word is neither.
    """
    table, subject = model.parameter_table(), subjects()
    varying = [row.id for row in table.values() if row.distribution != "fixed"]
    chosen: set[str] = set()
    for word in words:
        if word in table:
            chosen.add(word)
        elif word == VARYING:
            chosen.update(varying)
        elif word in subject.values():
            chosen.update(name for name in varying if subject[name] == word)
        else:
            known = ", ".join(sorted(set(subject.values())))
            allowed = f"is no parameter of the model, no subject ({known}) and not {VARYING}"
            raise InputError("sensitivity", "parameters", word, allowed)
    if not chosen:
        raise InputError("sensitivity", "parameters", ", ".join(words), "name none that varies")
    return tuple(name for name in table if name in chosen)

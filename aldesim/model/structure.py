"""What the model text says of itself: which equation stands where, and what it looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TEXT = Path(__file__).with_name("text")
_NAME = r"[A-Za-z_]\w*"
_EQUATION = re.compile(rf"(?:var )?(?P<name>{_NAME})(?P<prime>'?)\s*(?P<sign>:?=)\s*(?P<right>.+)")
_WORDS = re.compile(rf"(?<![\w.]){_NAME}")
NOT_BIOLOGY = ("units",)


@dataclass(frozen=True)
class Equation:
    """One line of the model text.

    Attributes
    ----------
    name : str
        What it defines.
    module : str
        File that holds it, without its ending.
    kind : str
        ``rate`` (of a state), ``rule`` (at each moment) or ``start`` (initial value, input).
    text : str
        The line as written.
    uses : frozenset of str
        Names at its right.
    """

    name: str
    module: str
    kind: str
    text: str
    uses: frozenset[str]


@cache
def equations() -> tuple[Equation, ...]:
    """Every equation of the model, by file and line."""
    found = []
    for path in sorted(_TEXT.glob("*.ant")):
        for raw in path.read_text("utf-8").splitlines():
            line = raw.split("//")[0].strip()
            match = _EQUATION.fullmatch(line)
            if not match or path.stem in NOT_BIOLOGY or line.startswith("unit "):
                continue
            kind = "rate" if match["prime"] else "rule" if match["sign"] == ":=" else "start"
            uses = frozenset(_WORDS.findall(match["right"])) - {match["name"]}
            found.append(Equation(match["name"], path.stem, kind, line, uses))
    return tuple(found)


@cache
def titles() -> dict[str, str]:
    """First sentence of each file's first comment, by module."""
    found = {}
    for path in sorted(_TEXT.glob("*.ant")):
        head = []
        for line in path.read_text("utf-8").splitlines():
            if not line.startswith("//"):
                break
            head.append(line.removeprefix("//").strip())
        if path.stem not in NOT_BIOLOGY:
            found[path.stem] = " ".join(head).split(". ")[0].rstrip(".")
    return found


@cache
def places() -> dict[str, tuple[Equation, ...]]:
    """Equations that look at a name, by name."""
    found: dict[str, list[Equation]] = {}
    for equation in equations():
        for name in equation.uses:
            found.setdefault(name, []).append(equation)
    return {name: tuple(rows) for name, rows in found.items()}


@cache
def flows() -> dict[tuple[str, str], tuple[str, ...]]:
    """What one module takes from another: names by (from, to)."""
    home = {row.name: row.module for row in equations() if row.kind != "start"}
    home |= {row.name: row.module for row in equations() if row.name not in home}
    found: dict[tuple[str, str], set[str]] = {}
    for row in equations():
        for name in row.uses:
            source = home.get(name)
            if source and source != row.module:
                found.setdefault((source, row.module), set()).add(name)
    return {pair: tuple(sorted(names)) for pair, names in sorted(found.items())}

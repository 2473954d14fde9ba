"""The model as shipped: its text, its parameters and its states, checked against each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aldesim.errors import InputError
from aldesim.model.tables import Parameter, State, read_parameters, read_states

if TYPE_CHECKING:
    from aldesim.engine import Model

_FOLDER = Path(__file__).parent
_FUNCTIONS = {"exp", "ln", "sqrt", "tanh", "pi"}
_NAME = r"[A-Za-z_]\w*"


def load() -> Model:
    """The interleukin-2 model, compiled; the same object at each call.

    Returns
    -------
    Model
        States, parameters, inputs and observables carry their units; time is in days.

    Raises
    ------
    InputError
        If text and tables disagree, or an equation mixes units.
    """
    return _load()


def parameter_table() -> dict[str, Parameter]:
    """Parameters by name: nominal value, unit, spread between patients, source."""
    return dict(_tables()[0])


def state_scales() -> dict[str, float]:
    """Typical magnitude of each state, in its own unit; sets the absolute tolerance."""
    return {name: state.scale for name, state in _tables()[1].items()}


def antimony() -> str:
    """The whole model in Antimony: the text files joined, with the values of the table."""
    return join(_FOLDER / "text", *_tables())


@cache
def _tables() -> tuple[dict[str, Parameter], dict[str, State]]:
    return read_parameters(_FOLDER / "parameters.tsv"), read_states(_FOLDER / "states.tsv")


@cache
def _load() -> Model:
    from aldesim.engine import Model

    return Model.from_antimony(antimony(), "aldesim")


def join(folder: Path, parameters: Mapping[str, Parameter], states: Mapping[str, State]) -> str:
    """One Antimony model from the text files of a folder and the two tables.

    Parameters
    ----------
    folder : Path
        Holds the ``.ant`` files: ``name has unit``, ``name := ...``, ``name' = ...``,
        ``name = ...`` and ``unit ...`` lines, without values of parameters.
    parameters : mapping of str to Parameter
        A value for each name that the text declares but does not define.
    states : mapping of str to State
        One entry for each name with a rate of change.

    Raises
    ------
    InputError
        Naming the file and what is missing, defined twice, or has another unit in the table.
    """
    files = sorted(folder.glob("*.ant"))
    text = _Text()
    for path in files:
        text.read(path)
    text.check()
    constants = {name: unit for name, unit in text.units.items() if name not in text.defined}
    _agree("parameters.tsv", constants, {p.id: p.unit for p in parameters.values()})
    rates = {name: text.units[name] for name in text.rates}
    _agree("states.tsv", rates, {s.id: s.unit for s in states.values()})
    values = "".join(f"{p.id} = {p.value!r}\n" for p in parameters.values())
    body = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return f"model aldesim()\n{body}\n// values of parameters.tsv\n{values}end\n"


def unit_name(unit: str) -> str:
    """Name that the text gives to a unit of the tables, as ``L_per_day`` for ``L/day``."""
    if unit == "1":
        return "dimensionless"
    name = re.sub(r"^1/", "per_", unit)
    return name.replace("/", "_per_").replace("*", "_").replace(" ", "_")


def _agree(table: str, text: Mapping[str, str], listed: Mapping[str, str]) -> None:
    for name in text:
        if name not in listed:
            raise InputError(table, "id", name, "is missing; the model text needs it")
    for name, unit in listed.items():
        if name not in text:
            raise InputError(table, "id", name, "has no place in the model text; remove the row")
        if unit_name(unit) != text[name]:
            raise InputError(f"{table} row {name}", "unit", unit, f"is {text[name]} in the text")


@dataclass
class _Text:
    """What the text files declare, define and mention."""

    units: dict[str, str] = field(default_factory=dict)
    defined: dict[str, str] = field(default_factory=dict)
    rates: dict[str, str] = field(default_factory=dict)
    mentioned: dict[str, str] = field(default_factory=dict)

    def read(self, path: Path) -> None:
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            line, where = raw.split("//")[0].strip(), f"{path.name} line {number}"
            if not line or line.startswith("unit "):
                continue
            declared = re.fullmatch(rf"({_NAME}) has ({_NAME})", line)
            equation = re.fullmatch(rf"(?:var )?({_NAME})('?)\s*:?=\s*(.+)", line)
            if declared:
                self._once(self.units, declared[1], declared[2], where)
            elif equation:
                book = self.rates if equation[2] == "'" else self.defined
                self._once(book, equation[1], where, where)
                for name in re.findall(rf"(?<![\w.]){_NAME}", equation[3]):
                    self.mentioned.setdefault(name, where)
            else:
                raise InputError(where, "", line, "one of: x has unit, x := ..., x' = ..., x = ...")

    def check(self) -> None:
        for name, where in {**self.mentioned, **self.defined, **self.rates}.items():
            if name not in self.units and name not in _FUNCTIONS:
                raise InputError(where, "name", name, "has no unit; declare it as: name has unit")
        for name, where in self.rates.items():
            if name not in self.defined:
                raise InputError(where, "state", name, "has no initial value; add: name = ...")

    @staticmethod
    def _once(book: dict[str, str], name: str, value: str, where: str) -> None:
        if name in book:
            raise InputError(where, "name", name, "is given twice")
        book[name] = value

"""Formulas as plain trees: what is left of a model's mathematics once SBML has been read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

RELATIONS = ("lt", "le", "gt", "ge", "eq", "ne")
LOGIC = ("and", "or", "xor", "not", "true", "false")

_INFIX = {
    "add": (" + ", 1),
    "sub": (" - ", 1),
    "mul": ("*", 2),
    "div": ("/", 2),
    "pow": ("^", 4),
    "lt": (" < ", 0),
    "le": (" <= ", 0),
    "gt": (" > ", 0),
    "ge": (" >= ", 0),
    "eq": (" == ", 0),
    "ne": (" != ", 0),
    "and": (" && ", -1),
    "or": (" || ", -1),
}
_ARITHMETIC: dict[str, Callable[..., float]] = {
    "add": lambda *terms: sum(terms),
    "mul": lambda *factors: math.prod(factors),
    "sub": lambda left, right: left - right,
    "div": lambda left, right: left / right,
    "neg": lambda value: -value,
    "pow": math.pow,
}


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; ``unit`` is the identifier written behind it, empty if none."""

    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name of the model, or the reserved name ``time``."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function applied to formulas.

    Operators: add, sub, mul, div, neg, pow, root (degree, argument), log (base, argument), exp, ln,
    abs, floor, ceil, sin, cos, tan, sinh, cosh, tanh, min, max, relations, logic, and
    piecewise (value, condition, value, condition, ..., otherwise).
    """

    op: str
    args: tuple[Formula, ...]


Formula = Number | Symbol | Call


def symbols(formula: Formula) -> Iterator[str]:
    """Every name the formula mentions, repeats included."""
    if isinstance(formula, Symbol):
        yield formula.name
    elif isinstance(formula, Call):
        for argument in formula.args:
            yield from symbols(argument)


def substitute(formula: Formula, replacement: Mapping[str, Formula]) -> Formula:
    """The formula with names replaced by formulas."""
    if isinstance(formula, Symbol):
        return replacement.get(formula.name, formula)
    if isinstance(formula, Call):
        return Call(formula.op, tuple(substitute(a, replacement) for a in formula.args))
    return formula


def text(formula: Formula, limit: int = 60) -> str:
    """The formula in infix notation, shortened to about ``limit`` characters for a message."""
    full = _text(formula, -2)
    return full if len(full) <= limit else f"{full[: limit - 3]}..."


def _text(formula: Formula, outer: int) -> str:
    if isinstance(formula, Number):
        return f"{formula.value:g} {formula.unit}".strip()
    if isinstance(formula, Symbol):
        return formula.name
    if formula.op in _INFIX and len(formula.args) > 1:
        sign, strength = _INFIX[formula.op]
        inner = sign.join(_text(a, strength + (k > 0)) for k, a in enumerate(formula.args))
        return f"({inner})" if strength < outer else inner
    if formula.op == "neg":
        return "-" + "".join(_text(a, 3) for a in formula.args)
    return f"{formula.op}({', '.join(_text(a, -2) for a in formula.args)})"


def constant_value(formula: Formula, value_of: Callable[[str], float | None]) -> float | None:
    """Value of a formula of numbers (and names ``value_of`` knows), None if it is not constant."""
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Symbol):
        return value_of(formula.name)
    values = [constant_value(a, value_of) for a in formula.args]
    known = [v for v in values if v is not None]
    if len(known) < len(values) or not known:
        return None
    try:
        if formula.op in _ARITHMETIC:
            return float(_ARITHMETIC[formula.op](*known))
    except (ArithmeticError, ValueError):
        return None
    return None

"""From libsbml's syntax trees to plain formulas."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import libsbml

from aldesim.engine.formula import Call, Formula, Number, Symbol, substitute
from aldesim.errors import InputError

_AVOGADRO = 6.02214076e23

_FUNCTIONS = {
    libsbml.AST_PLUS: "add",
    libsbml.AST_TIMES: "mul",
    libsbml.AST_DIVIDE: "div",
    libsbml.AST_POWER: "pow",
    libsbml.AST_FUNCTION_POWER: "pow",
    libsbml.AST_FUNCTION_ROOT: "root",
    libsbml.AST_FUNCTION_LOG: "log",
    libsbml.AST_FUNCTION_LN: "ln",
    libsbml.AST_FUNCTION_EXP: "exp",
    libsbml.AST_FUNCTION_ABS: "abs",
    libsbml.AST_FUNCTION_FLOOR: "floor",
    libsbml.AST_FUNCTION_CEILING: "ceil",
    libsbml.AST_FUNCTION_SIN: "sin",
    libsbml.AST_FUNCTION_COS: "cos",
    libsbml.AST_FUNCTION_TAN: "tan",
    libsbml.AST_FUNCTION_SINH: "sinh",
    libsbml.AST_FUNCTION_COSH: "cosh",
    libsbml.AST_FUNCTION_TANH: "tanh",
    libsbml.AST_FUNCTION_MIN: "min",
    libsbml.AST_FUNCTION_MAX: "max",
    libsbml.AST_FUNCTION_PIECEWISE: "piecewise",
    libsbml.AST_RELATIONAL_LT: "lt",
    libsbml.AST_RELATIONAL_LEQ: "le",
    libsbml.AST_RELATIONAL_GT: "gt",
    libsbml.AST_RELATIONAL_GEQ: "ge",
    libsbml.AST_RELATIONAL_EQ: "eq",
    libsbml.AST_RELATIONAL_NEQ: "ne",
    libsbml.AST_LOGICAL_AND: "and",
    libsbml.AST_LOGICAL_OR: "or",
    libsbml.AST_LOGICAL_XOR: "xor",
    libsbml.AST_LOGICAL_NOT: "not",
}
_CONSTANTS = {
    libsbml.AST_CONSTANT_PI: Number(3.141592653589793),
    libsbml.AST_CONSTANT_E: Number(2.718281828459045),
    libsbml.AST_NAME_AVOGADRO: Number(_AVOGADRO),
    libsbml.AST_CONSTANT_TRUE: Call("true", ()),
    libsbml.AST_CONSTANT_FALSE: Call("false", ()),
    libsbml.AST_NAME_TIME: Symbol("time"),
}
_REFUSED = {
    libsbml.AST_FUNCTION_DELAY: "a delay",
    libsbml.AST_FUNCTION_RATE_OF: "rateOf",
    libsbml.AST_FUNCTION_FACTORIAL: "a factorial",
    libsbml.AST_FUNCTION_QUOTIENT: "an integer quotient",
    libsbml.AST_FUNCTION_REM: "a remainder",
}
_NUMBERS = (libsbml.AST_INTEGER, libsbml.AST_REAL, libsbml.AST_REAL_E, libsbml.AST_RATIONAL)


class Reader:
    """Turns libsbml syntax trees into formulas, with the model's own functions written out.

    Parameters
    ----------
    where : str
        Name of the model, for messages.
    functions : mapping
        Function identifier -> libsbml ``FunctionDefinition``.
    """

    def __init__(self, where: str, functions: Mapping[str, Any]):
        self._where = where
        self._functions = functions

    def formula(self, node: Any, place: str, rename: Mapping[str, str] | None = None) -> Formula:
        """The formula of a syntax tree.

        Parameters
        ----------
        node : libsbml.ASTNode
            Root of the tree; None where SBML leaves the mathematics out.
        place : str
            Identifier of the equation it belongs to.
        rename : mapping, optional
            Local names -> names in the model.

        Raises
        ------
        InputError
            If the tree is missing or uses what the engine does not support.
        """
        if node is None:
            raise InputError(self._where, place, "no formula", "needs a formula")
        return self._convert(node, place, rename or {}, ())

    def _convert(
        self, node: Any, place: str, rename: Mapping[str, str], inside: tuple[str, ...]
    ) -> Formula:
        kind = node.getType()
        if kind in _NUMBERS:
            return Number(float(node.getValue()), node.getUnits())
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind == libsbml.AST_NAME:
            return Symbol(rename.get(node.getName(), node.getName()))
        args = tuple(
            self._convert(node.getChild(k), place, rename, inside)
            for k in range(node.getNumChildren())
        )
        if kind == libsbml.AST_FUNCTION:
            return self._expand(node.getName(), args, place, inside)
        if kind == libsbml.AST_MINUS:
            return Call("neg" if len(args) == 1 else "sub", args)
        if kind in _FUNCTIONS:
            return _normal(_FUNCTIONS[kind], args)
        what = _REFUSED.get(kind) or node.getName() or node.getOperatorName() or "this function"
        raise InputError(
            self._where,
            place,
            what,
            "is not supported; use + - * / ^, exp, ln, log10, sqrt, abs, min, max, floor, ceil, "
            "sin, cos, tan, sinh, cosh, tanh, piecewise, relations, and/or/not",
        )

    def _expand(
        self, name: str, args: tuple[Formula, ...], place: str, inside: tuple[str, ...]
    ) -> Formula:
        definition = self._functions.get(name)
        if definition is None:
            raise InputError(self._where, place, f"{name}()", "is not a function of this model")
        if name in inside:
            raise InputError(self._where, place, f"{name}()", "must not call itself")
        count = definition.getNumArguments()
        if count != len(args):
            raise InputError(self._where, place, f"{name}()", f"takes {count} arguments")
        if definition.getBody() is None:
            raise InputError(self._where, f"function {name}", "no formula", "needs a formula")
        names = [definition.getArgument(k).getName() for k in range(count)]
        body = self._convert(definition.getBody(), place, {}, (*inside, name))
        return substitute(body, dict(zip(names, args, strict=True)))


def _normal(op: str, args: tuple[Formula, ...]) -> Formula:
    """Fill in what MathML leaves out: empty sums, default bases, missing branches."""
    if op == "add" and not args:
        return Number(0.0)
    if op == "mul" and not args:
        return Number(1.0)
    if op in ("add", "mul") and len(args) == 1:
        return args[0]
    if op == "root" and len(args) == 1:
        return Call(op, (Number(2.0), *args))
    if op == "log" and len(args) == 1:
        return Call(op, (Number(10.0), *args))
    if op == "and" and not args:
        return Call("true", ())
    if op == "or" and not args:
        return Call("false", ())
    if op == "piecewise" and len(args) % 2 == 0:
        return Call(op, (*args, Number(float("nan"))))
    if op in ("lt", "le", "gt", "ge", "eq") and len(args) > 2:
        return Call("and", tuple(Call(op, pair) for pair in pairwise(args)))
    return Call(op, args)

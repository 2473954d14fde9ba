"""Expressions as one directed graph in which equal expressions are the same node.

Sums and products are kept flat: a sum is a constant and terms with numeric coefficients, a product
is factors with integer exponents. That is all the algebra there is: like terms meet, constants
fold, and what depends on parameters only can be split off later. Nodes are numbered in the order
they are made, so that every node comes after its arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable
from typing import Any

Node = tuple

_FOLD: dict[str, Callable[..., Any]] = {
    "exp": math.exp,
    "expm1": math.expm1,
    "log": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "min": min,
    "max": max,
    "floored": max,
}

TINY = 2.2250738585072014e-308
"""Smallest normal double: the floor under the base of a real power."""


class Graph:
    """A growing set of expression nodes.

    A node is a tuple whose first entry is its operation:
    ``("number", value)``, ``("symbol", kind, index)``,
    ``("sum", constant, ((coefficient, node), ...))``, ``("product", ((node, exponent), ...))``,
    or ``(function, node, ...)``.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._index: dict[Node, int] = {}

    def _node(self, node: Node) -> int:
        found = self._index.get(node)
        if found is None:
            found = self._index[node] = len(self.nodes)
            self.nodes.append(node)
        return found

    def number(self, value: float) -> int:
        """Node of a number."""
        return self._node(("number", float(value) + 0.0))

    def symbol(self, kind: str, index: int) -> int:
        """Node of a value from outside: the ``index``-th state, parameter or input."""
        return self._node(("symbol", kind, index))

    def value(self, node: int) -> float | None:
        """The number a node stands for, None if it is not a number."""
        entry = self.nodes[node]
        return entry[1] if entry[0] == "number" else None

    def total(self, terms: Iterable[tuple[float, int]], constant: float = 0.0) -> int:
        """Node of constant + sum of coefficient * node."""
        merged: dict[int, float] = {}
        for coefficient, node in terms:
            entry = self.nodes[node]
            if entry[0] == "number":
                constant += coefficient * entry[1]
                continue
            if entry[0] == "sum" and entry[1] == 0.0 and len(entry[2]) == 1:
                coefficient, node = coefficient * entry[2][0][0], entry[2][0][1]
            merged[node] = merged.get(node, 0.0) + coefficient
        left = tuple(sorted((n, c) for n, c in merged.items() if c != 0.0))
        if not left:
            return self.number(constant)
        if len(left) == 1 and constant == 0.0 and left[0][1] == 1.0:
            return left[0][0]
        return self._node(("sum", constant + 0.0, tuple((c, n) for n, c in left)))

    def scaled(self, coefficient: float, node: int) -> int:
        """Node of coefficient * node."""
        return self.total([(coefficient, node)])

    def product(self, factors: Iterable[tuple[int, int]], keep: Container[int] = ()) -> int:
        """Node of the product of node ** exponent; products not in ``keep`` are merged into it."""
        coefficient = 1.0
        merged: dict[int, int] = {}
        todo = list(factors)
        while todo:
            node, exponent = todo.pop()
            entry = self.nodes[node]
            if exponent == 0:
                continue
            if entry[0] == "number" and not (entry[1] == 0.0 and exponent < 0):
                coefficient *= entry[1] ** exponent
            elif entry[0] == "sum" and entry[1] == 0.0 and len(entry[2]) == 1:
                coefficient *= entry[2][0][0] ** exponent
                todo.append((entry[2][0][1], exponent))
            elif entry[0] == "product" and node not in keep:
                todo.extend((n, e * exponent) for n, e in entry[1])
            else:
                merged[node] = merged.get(node, 0) + exponent
        left = tuple(sorted((n, e) for n, e in merged.items() if e))
        if coefficient == 0.0 or not left:
            return self.number(coefficient)
        if len(left) == 1 and left[0][1] == 1:
            return self.scaled(coefficient, left[0][0])
        return self.scaled(coefficient, self._node(("product", left)))

    def call(self, function: str, *args: int) -> int:
        """Node of a function of nodes; folded if every argument is a number."""
        if function == "select" and args[1] == args[2]:
            return args[1]
        if function == "select" and self.nodes[args[0]][0] in ("true", "false"):
            return args[1] if self.nodes[args[0]][0] == "true" else args[2]
        values = [self.value(a) for a in args]
        if function in _FOLD and args and None not in values:
            try:
                return self.number(float(_FOLD[function](*values)))
            except (ArithmeticError, ValueError):
                pass
        return self._node((function, *args))

    def power(self, base: int, exponent: int) -> int:
        """Node of base ** exponent for a real exponent.

        Whole exponents become products and half exponents square roots. Otherwise the power is
        exp(exponent * log(base)) with the base floored at the smallest normal number: a state
        that overshoots zero by rounding gives the power's limit at zero instead of NaN.
        """
        value = self.value(exponent)
        if value is not None and value == round(value) and abs(value) <= 64:
            return self.product([(base, int(value))])
        if value is not None and 2 * value == round(2 * value) and abs(value) <= 16:
            root = self.call("sqrt", self.call("floored", base, self.number(TINY)))
            return self.product([(root, int(2 * value))])
        known = self.value(base)
        if known is not None and value is not None and known > 0:
            return self.number(known**value)
        logarithm = self.call("log", self.call("floored", base, self.number(TINY)))
        return self.call("exp", self.product([(exponent, 1), (logarithm, 1)]))

    def arguments(self, node: int) -> list[int]:
        """Nodes a node is made of."""
        entry = self.nodes[node]
        if entry[0] in ("number", "symbol"):
            return []
        if entry[0] == "sum":
            return [n for _, n in entry[2]]
        if entry[0] == "product":
            return [n for n, _ in entry[1]]
        return list(entry[1:])

    def reachable(self, roots: Iterable[int]) -> list[int]:
        """Nodes the roots are made of, themselves included, arguments first."""
        seen: set[int] = set()
        todo = list(roots)
        while todo:
            node = todo.pop()
            if node not in seen:
                seen.add(node)
                todo.extend(self.arguments(node))
        return sorted(seen)

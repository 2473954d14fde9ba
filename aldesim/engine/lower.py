"""Expression graph to three-address code, with parameter-only parts hoisted out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from aldesim.engine.formula import LOGIC, RELATIONS
from aldesim.engine.graph import Graph
from aldesim.engine.program import SOURCES, Instruction, Kernel, operands

_CONDITIONS = (*RELATIONS, *LOGIC)
_LATER = -1
_COMMUTATIVE = ("add", "mul", "min", "max", "and", "or", "xor", "eq", "ne")


class Constants:
    """What depends on parameters only: computed once per lane, read ever after.

    Parameters
    ----------
    graph : Graph
        The graph of the model.
    """

    def __init__(self, graph: Graph):
        self._graph = graph
        self._fixed: list[bool] = []
        self.nodes: list[int] = []
        self._slot: dict[int, int] = {}

    def fixed(self, node: int) -> bool:
        """Whether a node depends on neither states nor inputs."""
        while len(self._fixed) <= node:
            new = len(self._fixed)
            entry = self._graph.nodes[new]
            if entry[0] == "symbol":
                self._fixed.append(entry[1] == "parameter")
            else:
                self._fixed.append(all(self._fixed[a] for a in self._graph.arguments(new)))
        return self._fixed[node]

    def slot(self, node: int) -> int:
        """Position of a parameter-only node among the constants."""
        if node not in self._slot:
            self._slot[node] = len(self.nodes)
            self.nodes.append(node)
        return self._slot[node]


def lower(graph: Graph, outputs: Sequence[int], constants: Constants | None) -> Kernel:
    """Three-address code that computes nodes of the graph.

    Parameters
    ----------
    graph : Graph
        The graph.
    outputs : sequence of int
        Nodes to compute.
    constants : Constants or None
        Where parameter-only parts go; None to compute everything in place.
    """
    return _Lowering(graph, constants).kernel(outputs)


class _Lowering:
    def __init__(self, graph: Graph, constants: Constants | None):
        self._graph, self._constants = graph, constants
        self._code: list[Instruction] = []
        self._known: dict[Instruction, int] = {}
        self._value: dict[int, int] = {}
        self._divisors: Counter[int] = Counter()

    def kernel(self, outputs: Sequence[int]) -> Kernel:
        nodes = self._needed(outputs)
        for node in nodes:
            if self._graph.nodes[node][0] == "product":
                self._divisors.update(n for n, e in self._graph.nodes[node][1] if e < 0)
        for node in nodes:
            self._value[node] = self._lowered(node)
        return _used(self._code, [self._get(n) for n in outputs])

    def _needed(self, outputs: Iterable[int]) -> list[int]:
        """Nodes to compute here: nothing below a constant."""
        seen: set[int] = set()
        todo = list(outputs)
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            if not self._hoisted(node):
                todo.extend(self._graph.arguments(node))
        return sorted(seen)

    def _hoisted(self, node: int) -> bool:
        """Whether a node is read from the constants; conditions are cheap and stay here."""
        operation = self._graph.nodes[node][0]
        if self._constants is None or operation == "number" or operation in _CONDITIONS:
            return False
        return self._constants.fixed(node)

    def _emit(self, *instruction: object) -> int:
        if instruction[0] in _COMMUTATIVE:
            instruction = (instruction[0], *sorted(instruction[1:]))  # type: ignore[type-var]
        found = self._known.get(instruction)
        if found is None:
            found = self._known[instruction] = len(self._code)
            self._code.append(instruction)
        return found

    def _constant(self, node: int) -> int:
        value = self._graph.value(node)
        if value is not None:
            return self._emit("number", value)
        assert self._constants is not None
        return self._emit("constant", self._constants.slot(node))

    def _lowered(self, node: int) -> int:
        entry = self._graph.nodes[node]
        if entry[0] == "number":
            return self._emit("number", entry[1])
        if self._hoisted(node):
            return _LATER
        if entry[0] == "symbol":
            return self._emit(entry[1], entry[2])
        if entry[0] == "sum":
            return self._sum(entry[1], entry[2])
        if entry[0] == "product":
            return self._product(entry[1])
        if entry[0] == "floored":
            return self._emit("max", *(self._get(a) for a in entry[1:]))
        return self._emit(entry[0], *(self._get(a) for a in entry[1:]))

    def _get(self, node: int) -> int:
        """Position of a node's value; constants are read where they are first used."""
        position = self._value[node]
        return self._constant(node) if position == _LATER else position

    def _split(self, factors: Sequence[tuple[int, int]]) -> tuple[list, list]:
        fixed = [f for f in factors if self._constants is not None and self._constants.fixed(f[0])]
        return fixed, [f for f in factors if f not in fixed]

    def _sum(self, constant: float, terms: Sequence[tuple[float, int]]) -> int:
        fixed, moving = [], []
        for coefficient, node in terms:
            if self._constants is not None and self._constants.fixed(node):
                fixed.append((coefficient, node))
            else:
                moving.append((coefficient, node))
        total: int | None = None
        negative: list[int] = []
        for coefficient, node in moving:
            if coefficient == -1.0:
                negative.append(self._get(node))
                continue
            term = self._scaled(coefficient, node)
            total = term if total is None else self._emit("add", total, term)
        offset = self._graph.total(fixed, constant)
        if self._graph.value(offset) != 0.0:
            start = self._constant(offset) if fixed else self._emit("number", constant)
            total = start if total is None else self._emit("add", total, start)
        for position in negative:
            total = (
                self._emit("neg", position) if total is None else self._emit("sub", total, position)
            )
        assert total is not None
        return total

    def _scaled(self, coefficient: float, node: int) -> int:
        """Node times coefficient; the coefficient joins the node's parameter part if it has one."""
        if coefficient == 1.0:
            return self._get(node)
        entry = self._graph.nodes[node]
        if entry[0] == "product":
            fixed, moving = self._split(entry[1])
            if fixed:
                part = self._graph.scaled(coefficient, self._graph.product(fixed))
                return self._factors(moving, self._constant(part))
        return self._emit("mul", self._emit("number", coefficient), self._get(node))

    def _product(self, factors: Sequence[tuple[int, int]]) -> int:
        fixed, moving = self._split(factors)
        start = self._constant(self._graph.product(fixed)) if fixed else None
        return self._factors(moving, start)

    def _factors(self, factors: Sequence[tuple[int, int]], start: int | None) -> int:
        """Product of powers: shared divisors as reciprocals, the others in one division."""
        above: int | None = start
        below: int | None = None
        for node, exponent in factors:
            value = self._get(node)
            shared = exponent < 0 and self._divisors[node] > 1
            if shared:
                value = self._emit("div", self._emit("number", 1.0), value)
            power = self._power(value, abs(exponent))
            if exponent < 0 and not shared:
                below = power if below is None else self._emit("mul", below, power)
            else:
                above = power if above is None else self._emit("mul", above, power)
        if below is None:
            assert above is not None
            return above
        return self._emit("div", self._emit("number", 1.0) if above is None else above, below)

    def _power(self, value: int, exponent: int) -> int:
        result: int | None = None
        while exponent:
            if exponent & 1:
                result = value if result is None else self._emit("mul", result, value)
            exponent >>= 1
            if exponent:
                value = self._emit("mul", value, value)
        assert result is not None
        return result


def _used(code: Sequence[Instruction], outputs: Sequence[int]) -> Kernel:
    """The code without instructions that no output needs, renumbered."""
    needed: set[int] = set()
    todo = list(outputs)
    while todo:
        position = todo.pop()
        if position not in needed:
            needed.add(position)
            todo.extend(operands(code[position]))
    place = {old: new for new, old in enumerate(sorted(needed))}
    kept = [
        code[old] if code[old][0] in SOURCES else (code[old][0], *(place[p] for p in code[old][1:]))
        for old in sorted(needed)
    ]
    return Kernel(tuple(kept), tuple(place[p] for p in outputs))

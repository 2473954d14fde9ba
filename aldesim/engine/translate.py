"""Equations to expression graph: one node for every rate, observable and initial value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from aldesim.engine.equations import Equations
from aldesim.engine.formula import LOGIC, RELATIONS, Call, Formula, Number, Symbol, symbols
from aldesim.engine.graph import Graph
from aldesim.errors import InputError


@dataclass(frozen=True)
class Translation:
    """Nodes of a model in one graph.

    Attributes
    ----------
    graph : Graph
        The graph. Symbols are of kind "state", "parameter" and "input".
    rates : tuple of int
        Node of d(state)/dt, one per state.
    initial : tuple of int
        Node of each state's initial value; depends on parameters only.
    values : mapping of str to int
        Node of every rule variable and derived constant.
    """

    graph: Graph
    rates: tuple[int, ...]
    initial: tuple[int, ...]
    values: Mapping[str, int]


def translate(equations: Equations) -> Translation:
    """The equations as one expression graph.

    Raises
    ------
    InputError
        If rules or initial values refer to each other in a circle, or a condition stands where a
        number is wanted.
    """
    graph = Graph()
    parameters = {n: graph.symbol("parameter", i) for i, n in enumerate(equations.parameters)}
    defaults = {n: graph.number(v) for n, v in equations.inputs.items()}
    inputs = {n: graph.symbol("input", i) for i, n in enumerate(equations.inputs)}
    states = {n: graph.symbol("state", i) for i, n in enumerate(equations.rates)}

    at_start = _resolve(
        graph, equations, {**equations.rules, **equations.initial}, {**parameters, **defaults}
    )
    constants = {name: at_start[name] for name in equations.derived}
    running = _resolve(
        graph, equations, equations.rules, {**parameters, **inputs, **states, **constants}
    )
    translator = _Translator(graph, equations.name, running, set(running.values()))
    rates = tuple(translator.node(f, f"d({name})/dt") for name, f in equations.rates.items())
    initial = tuple(at_start[name] for name in equations.rates)
    values = {name: running[name] for name in (*equations.derived, *equations.observables)}
    return Translation(graph, rates, initial, values)


def _resolve(
    graph: Graph, equations: Equations, formulas: Mapping[str, Formula], known: dict[str, int]
) -> dict[str, int]:
    """Nodes of formulas that may refer to each other, in whatever order they were written."""
    needs = {name: {s for s in symbols(f) if s in formulas} for name, f in formulas.items()}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise InputError(
            equations.name, "rule", circle, "must not refer to itself in a circle"
        ) from None
    values = dict(known)
    translator = _Translator(graph, equations.name, values, set())
    for name in order:
        values[name] = translator.node(formulas[name], name)
        translator.keep.add(values[name])
    return values


class _Translator:
    """Adds formulas to a graph; nodes in ``keep`` stay whole when they occur in products."""

    def __init__(self, graph: Graph, where: str, values: Mapping[str, int], keep: set[int]):
        self._graph, self._where, self._values, self.keep = graph, where, values, keep

    def node(self, formula: Formula, place: str) -> int:
        """Node of a formula whose value is a number."""
        graph = self._graph
        if isinstance(formula, Number):
            return graph.number(formula.value)
        if isinstance(formula, Symbol):
            return self._values[formula.name]
        op = formula.op
        if op in RELATIONS or op in LOGIC:
            raise InputError(
                self._where, place, f"{op}(...)", "is a condition where a number is wanted; "
                "use piecewise(1, condition, 0)",
            )  # fmt: skip
        if op == "piecewise":
            return self._piecewise(formula.args, place)
        args = [self.node(a, place) for a in formula.args]
        match op:
            case "add":
                return graph.total((1.0, a) for a in args)
            case "sub":
                return graph.total([(1.0, args[0]), (-1.0, args[1])])
            case "neg":
                return graph.scaled(-1.0, args[0])
            case "mul":
                return graph.product([(a, 1) for a in args], self.keep)
            case "div":
                return graph.product([(args[0], 1), (args[1], -1)], self.keep)
            case "pow":
                return graph.power(args[0], args[1])
            case "root":
                if graph.value(args[0]) == 2.0:
                    return graph.call("sqrt", args[1])
                return graph.power(args[1], graph.product([(args[0], -1)]))
            case "ln":
                return graph.call("log", args[0])
            case "log":
                logs = [graph.call("log", a) for a in args]
                return graph.product([(logs[1], 1), (logs[0], -1)])
            case "tan":
                return graph.product(
                    [(graph.call("sin", *args), 1), (graph.call("cos", *args), -1)]
                )
            case "cosh":
                up = graph.call("exp", args[0])
                return graph.total([(0.5, up), (0.5, graph.product([(up, -1)]))])
            case "sinh":
                up = graph.call("expm1", args[0])
                down = graph.call("expm1", graph.scaled(-1.0, args[0]))
                return graph.total([(0.5, up), (-0.5, down)])
            case "min" | "max":
                return self._fold(op, args)
            case _:
                return graph.call(op, *args)

    def _fold(self, op: str, args: Iterable[int]) -> int:
        first, *rest = args
        for argument in rest:
            if argument != first:
                first = self._graph.call(op, first, argument)
        return first

    def _piecewise(self, args: tuple[Formula, ...], place: str) -> int:
        result = self.node(args[-1], place)
        for k in range(len(args) - 3, -1, -2):
            condition = self._condition(args[k + 1], place)
            result = self._graph.call("select", condition, self.node(args[k], place), result)
        return result

    def _condition(self, formula: Formula, place: str) -> int:
        if isinstance(formula, Call) and formula.op in RELATIONS:
            return self._graph.call(formula.op, *(self.node(a, place) for a in formula.args))
        if isinstance(formula, Call) and formula.op in LOGIC:
            parts = [self._condition(a, place) for a in formula.args]
            if formula.op in ("true", "false", "not"):
                return self._graph.call(formula.op, *parts)
            first, *rest = parts
            for part in rest:
                first = self._graph.call(formula.op, first, part)
            return first
        raise InputError(self._where, place, "a number", "where a condition is wanted, as in x > 0")

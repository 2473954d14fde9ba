"""Derivatives on the expression graph by forward mode, sparse from the start."""

from __future__ import annotations

from collections.abc import Sequence

from aldesim.engine.graph import Graph


class _Everything:
    """Contains every node: inner products stay whole, and so stay shared."""

    def __contains__(self, node: object) -> bool:
        return True


_EVERYTHING = _Everything()


def jacobian(graph: Graph, rates: Sequence[int]) -> dict[tuple[int, int], int]:
    """Nodes of the structural non-zeros of d(rates)/d(states).

    Parameters
    ----------
    graph : Graph
        Grows by the nodes of the derivatives.
    rates : sequence of int
        Node of each state's rate.

    Returns
    -------
    dict
        (row, column) -> node.
    """
    gradient: dict[int, dict[int, int]] = {}
    for node in graph.reachable(rates):
        found = _gradient(graph, node, gradient)
        if found:
            gradient[node] = found
    entries = {}
    for row, node in enumerate(rates):
        for column, derivative in sorted(gradient.get(node, {}).items()):
            entries[row, column] = derivative
    return entries


def _gradient(graph: Graph, node: int, known: dict[int, dict[int, int]]) -> dict[int, int]:
    """d(node)/d(state) for every state it depends on, given those of its arguments."""
    entry = graph.nodes[node]
    if entry[0] == "symbol":
        return {entry[2]: graph.number(1.0)} if entry[1] == "state" else {}
    if entry[0] == "sum":
        parts = [(c, graph.number(1.0), known[n]) for c, n in entry[2] if n in known]
    elif entry[0] == "product":
        parts = [
            (float(e), _without(graph, entry[1], k), known[n])
            for k, (n, e) in enumerate(entry[1])
            if n in known
        ]
    elif entry[0] in ("select", "min", "max"):
        return _branches(graph, entry, known)
    elif len(entry) >= 2 and entry[1] in known:
        slope = _slope(graph, node)
        parts = [] if slope is None else [(1.0, slope, known[entry[1]])]
    else:
        parts = []
    terms: dict[int, list[tuple[float, int]]] = {}
    for coefficient, partial, inner in parts:
        for state, derivative in inner.items():
            chained = graph.product([(partial, 1), (derivative, 1)], keep=_EVERYTHING)
            terms.setdefault(state, []).append((coefficient, chained))
    totals = {state: graph.total(found) for state, found in terms.items()}
    return {state: n for state, n in totals.items() if graph.value(n) != 0.0}


def _without(graph: Graph, factors: Sequence[tuple[int, int]], k: int) -> int:
    """The product with the exponent of its k-th factor lowered by one."""
    return graph.product([(n, e - (j == k)) for j, (n, e) in enumerate(factors)], keep=_EVERYTHING)


def _branches(graph: Graph, entry: tuple, known: dict[int, dict[int, int]]) -> dict[int, int]:
    """Derivative of a choice: the chosen branch's."""
    if entry[0] == "select":
        condition, left, right = entry[1:]
    else:
        left, right = entry[1:]
        condition = graph.call("le" if entry[0] == "min" else "ge", left, right)
    zero = graph.number(0.0)
    ours, theirs = known.get(left, {}), known.get(right, {})
    return {
        state: graph.call("select", condition, ours.get(state, zero), theirs.get(state, zero))
        for state in sorted({*ours, *theirs})
    }


def _slope(graph: Graph, node: int) -> int | None:
    """Derivative of a function by its first argument; None where it is zero everywhere."""
    function, argument = graph.nodes[node][:2]
    one = graph.number(1.0)
    match function:
        case "exp":
            return node
        case "expm1":
            return graph.total([(1.0, node)], 1.0)
        case "log":
            return graph.product([(argument, -1)], keep=_EVERYTHING)
        case "sqrt":
            return graph.scaled(0.5, graph.product([(node, -1)], keep=_EVERYTHING))
        case "sin":
            return graph.call("cos", argument)
        case "cos":
            return graph.scaled(-1.0, graph.call("sin", argument))
        case "tanh":
            return graph.total([(-1.0, graph.product([(node, 2)], keep=_EVERYTHING))], 1.0)
        case "abs":
            negative = graph.call("lt", argument, graph.number(0.0))
            return graph.call("select", negative, graph.number(-1.0), one)
        case "floored":  # a numerical guard, not a branch: the derivative goes on below it
            return one
        case "floor" | "ceil":
            return None
    return None

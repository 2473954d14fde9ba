import itertools

import numpy as np
import pytest

from aldesim.engine import Model
from aldesim.engine.tableau import METHODS, method_for


def matrices(tableau):
    """alpha, beta and b of the textbook form (Hairer & Wanner IV.7)."""
    s = tableau.stages
    a, c = np.zeros((s, s)), np.zeros((s, s))
    for i in range(s):
        a[i, :i], c[i, :i] = tableau.a[i], tableau.c[i]
    gamma = np.linalg.inv(np.eye(s) / tableau.gamma - c)
    alpha = a @ gamma
    return alpha, alpha + gamma, np.array(tableau.m) @ gamma


def trees(order):
    """Rooted trees as nested tuples."""
    if order == 1:
        return {()}
    found = set()
    for parts in partitions(order - 1):
        for choice in itertools.product(*(sorted(trees(p)) for p in parts)):
            found.add(tuple(sorted(choice)))
    return found


def partitions(n, largest=None):
    if n == 0:
        yield ()
    for first in range(min(n, largest or n), 0, -1):
        for rest in partitions(n - first, first):
            yield (first, *rest)


def size(tree):
    return 1 + sum(map(size, tree))


def density(tree):
    return size(tree) * np.prod([density(t) for t in tree])


def weight(tree, alpha, beta):
    """Stage weights of a tree: beta above an only child, alpha above several."""
    if not tree:
        return np.ones(len(alpha))
    if len(tree) == 1:
        return beta @ weight(tree[0], alpha, beta)
    return np.prod([alpha @ weight(t, alpha, beta) for t in tree], axis=0)


@pytest.mark.parametrize("name", METHODS)
def test_order_conditions(name):
    tableau = METHODS[name]
    alpha, beta, b = matrices(tableau)
    for order in range(1, tableau.order + 1):
        assert len(trees(order)) == [1, 1, 2, 4, 9][order - 1]
        for tree in trees(order):
            assert b @ weight(tree, alpha, beta) == pytest.approx(1 / density(tree), abs=2e-13)


@pytest.mark.parametrize("name", METHODS)
def test_embedded_method_is_one_order_lower(name):
    tableau = METHODS[name]
    alpha, beta, _ = matrices(tableau)
    s = tableau.stages
    gamma = beta - alpha
    embedded = (np.array(tableau.m) - np.eye(s)[-1]) @ gamma
    for order in range(1, tableau.order):
        for tree in trees(order):
            assert embedded @ weight(tree, alpha, beta) == pytest.approx(
                1 / density(tree), abs=2e-13
            )
    worst = max(
        abs(embedded @ weight(t, alpha, beta) - 1 / density(t)) for t in trees(tableau.order)
    )
    assert worst > 1e-5, "the error estimate would vanish"


@pytest.mark.parametrize("name", METHODS)
def test_stiff_components_are_damped(name):
    _, beta, b = matrices(METHODS[name])
    s = len(b)

    def damping(z):
        return 1 + z * b @ np.linalg.solve(np.eye(s) - z * beta, np.ones(s))

    assert abs(damping(-1e9)) < 1e-6
    for imaginary in np.geomspace(1e-2, 1e4, 60):
        assert abs(damping(1j * imaginary)) <= 1 + 1e-8


@pytest.mark.parametrize("name", METHODS)
def test_error_falls_with_tolerance_and_order(name):
    """Steps and error of a nonlinear problem follow error ~ steps^-order."""
    model = Model.from_antimony("x = 2; y = 0; x' = y; y' = (1 - x^2)*y - x", "van der Pol")
    reference = model.batch(rtol=1e-12, method="rodas5p")
    reference.advance(8.0)
    exact = reference.observe(["x"])["x"]
    errors, steps = [], []
    for rtol in 10.0 ** np.arange(-9.0, -4.0, 0.5):
        batch = model.batch(rtol=rtol, method=name)
        batch.advance(8.0)
        errors.append(abs(batch.observe(["x"])["x"] - exact)[0])
        steps.append(batch.steps[0])
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert -slope == pytest.approx(METHODS[name].order, abs=0.7)


def test_method_by_tolerance():
    assert method_for(1e-4).name == "rodas4"
    assert method_for(1e-6).name == "rodas5p"

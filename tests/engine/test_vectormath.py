import re

import numpy as np
import pytest

from aldesim.engine import Model
from aldesim.engine.jit import WIDTHS

TINY = np.finfo(float).tiny

# name in the model -> (function, argument range, units in the last place)
FUNCTIONS = {
    "exp(p)": (np.exp, (-708, 708), 2),
    "ln(p)": (np.log, (TINY, 1e300), 2),
    "log10(p)": (np.log10, (1e-12, 1e12), 4),
    "sqrt(p)": (np.sqrt, (0, 1e9), 1),
    "tanh(p)": (np.tanh, (-30, 30), 4),
    "sinh(p)": (np.sinh, (-30, 30), 6),
    "cosh(p)": (np.cosh, (-30, 30), 4),
    "abs(p)": (np.abs, (-10, 10), 0),
    "floor(p)": (np.floor, (-10, 10), 0),
    "ceil(p)": (np.ceil, (-10, 10), 0),
    "p^1.3": (lambda p: p**1.3, (1e-9, 1e9), 60),
    "p^2.5": (lambda p: p**2.5, (1e-9, 1e9), 6),
    "p^-3": (lambda p: p**-3.0, (1e-9, 1e9), 4),
}


CIRCULAR = {"sin(p)": np.sin, "cos(p)": np.cos}

# Parameters are finite, so infinities and NaN arise inside the model.
NAN_OF_MINUS_ONE = (
    "ln(p)",
    "exp(ln(p))",
    "tanh(ln(p))",
    "min(ln(p), 3)",
    "max(3, ln(p))",
    "sqrt(p)",
)
OTHERS = ("ln(1/p)", "ln(p*1e-20)", "p^0.7", "p^2")
FORMULAS = list(dict.fromkeys([*FUNCTIONS, *CIRCULAR, *NAN_OF_MINUS_ONE, *OTHERS]))


@pytest.fixture(scope="module")
def evaluate():
    """Function of formula, values, width; all formulas are compiled at once, each of its own p."""
    lines = []
    for k, formula in enumerate(FORMULAS):
        own = re.sub(r"\bp\b", f"p{k}", formula)
        lines.append(f"const p{k}; p{k} = 1; y{k} := {own}")
    model = Model.from_antimony("; ".join(["x = 0; x' = 0", *lines]), "functions")

    def evaluated(formula, values, width=8):
        k = FORMULAS.index(formula)
        return model.batch({f"p{k}": values}, width=width).observe([f"y{k}"])[f"y{k}"]

    return evaluated


@pytest.mark.parametrize("formula", FUNCTIONS)
def test_functions_are_accurate(evaluate, formula):
    function, (low, high), ulps = FUNCTIONS[formula]
    rng = np.random.default_rng(1)
    values = rng.uniform(low, high, 4000)
    if low > 0:
        values[::2] = np.exp(rng.uniform(np.log(low), np.log(high), 2000))
    elif low < 0:
        values[::2] *= 10.0 ** rng.uniform(-12, 0, 2000)
    exact = function(values)
    error = np.abs(evaluate(formula, values) - exact)
    assert (error <= ulps * np.spacing(np.abs(exact))).all()


@pytest.mark.parametrize("formula", CIRCULAR)
def test_circular_functions(evaluate, formula):
    values = np.random.default_rng(2).uniform(-1e4, 1e4, 4000)
    assert evaluate(formula, values) == pytest.approx(CIRCULAR[formula](values), abs=3e-16)


@pytest.mark.parametrize("formula", FUNCTIONS)
def test_widths_agree(evaluate, formula):
    low, high = FUNCTIONS[formula][1]
    values = np.random.default_rng(3).uniform(low, high, 100)
    results = [evaluate(formula, values, width) for width in WIDTHS]
    for result in results[1:]:
        assert result == pytest.approx(results[0], rel=1e-15)


def test_special_values(evaluate):
    values = [0.0, -1.0, 1e-300, 800.0, -800.0]
    with np.errstate(all="ignore"):
        exp = evaluate("exp(p)", values)
        assert exp[3] == np.inf
        assert exp[4] == 0.0
        log = evaluate("ln(p)", values)
        assert log[0] == -np.inf
        assert log[2] == pytest.approx(np.log(1e-300))
        for formula in NAN_OF_MINUS_ONE:
            assert np.isnan(evaluate(formula, values)[1]), formula
        assert evaluate("ln(1/p)", values)[0] == np.inf
        assert evaluate("ln(p*1e-20)", [1e-300])[0] == pytest.approx(np.log(1e-320), rel=1e-6)


def test_real_powers_go_on_below_zero_as_zero(evaluate):
    """Rounding can push a vanishing state below zero; its powers must stay finite."""
    values = [-1e-30, 0.0]
    assert (evaluate("p^1.3", values) == 0.0).all()
    assert evaluate("p^0.7", values) == pytest.approx([0.0, 0.0], abs=1e-200)
    assert evaluate("p^2", [-3.0])[0] == 9.0
    model = Model.from_antimony("x = 0; x' = 1 - x^1.5/(1 + x^1.5) - x^0.5", "powers at zero")
    batch = model.batch()
    batch.advance(1.0)
    assert batch.status[0] == 0

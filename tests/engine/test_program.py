"""The program itself: derivatives, hoisting, elimination, serialisation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aldesim.engine import Model
from aldesim.engine.graph import TINY
from aldesim.engine.program import Program
from aldesim.engine.sparse import plan_elimination

OPERATIONS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "min": np.minimum,
    "max": np.maximum,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "select": np.where,
}


def interpret(kernel, sources):
    values = []
    for operation, *args in kernel.code:
        if operation == "number":
            values.append(args[0])
        elif operation in sources:
            values.append(sources[operation][args[0]])
        else:
            values.append(OPERATIONS[operation](*(values[a] for a in args)))
    return np.array([values[k] for k in kernel.outputs], dtype=float)


@pytest.fixture(scope="module")
def program(network):
    return Model.from_antimony(network, "network").program


@pytest.fixture(scope="module")
def prepared(program):
    out = interpret(program.prepare, {"parameter": list(program.parameters.values())})
    return out[: program.constants], out[program.constants :]


def test_jacobian_agrees_with_differences(program, prepared):
    constants, start = prepared
    rng = np.random.default_rng(4)
    for _ in range(5):
        y = np.abs(start + rng.normal(0, 0.3, len(start))) + 0.1
        size = len(y)

        def rates(y):
            return interpret(program.rates, {"state": y, "constant": constants, "input": [7.0]})

        both = interpret(
            program.rates_jacobian, {"state": y, "constant": constants, "input": [7.0]}
        )
        assert both[:size] == pytest.approx(rates(y), rel=1e-13)
        dense = np.zeros((size, size))
        for (row, column), value in zip(program.pattern, both[size:], strict=True):
            dense[row, column] = value
        for column in range(size):
            step = np.zeros(size)
            step[column] = 1e-6 * max(1, abs(y[column]))
            slope = (rates(y + step) - rates(y - step)) / (2 * step[column])
            assert dense[:, column] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_inputs_are_never_hoisted(program):
    sources = {i[0] for i in program.prepare.code}
    assert "parameter" in sources
    assert not sources & {"input", "state"}
    assert any(i[0] == "input" for i in program.rates.code)


def test_parameter_work_is_hoisted():
    """What depends on parameters only is computed once, not at every step."""
    model = Model.from_antimony(
        """
        const a, b, h; a = 2; b = 3; h = 1.5
        x = 1; x' = -exp(a)*b^h*x/(a + b) + a*b*x*h + ln(a)
        """,
        "hoist",
    )
    operations = [i[0] for i in model.program.rates.code]
    assert not {"exp", "log", "div"} & set(operations)
    assert operations.count("mul") <= 2


def test_common_parts_are_computed_once():
    model = Model.from_antimony(
        "x = 1; y = 1; x' = exp(x*y) - x^1.3; y' = 2*exp(y*x) + x^1.3 + x^0.3/(x + y) + y/(x + y)",
        "share",
    )
    operations = [i[0] for i in model.program.rates.code]
    assert operations.count("exp") == 3
    assert operations.count("log") == 1
    assert operations.count("div") == 1


def test_json_round_trip(program):
    assert Program.from_json(program.to_json()) == program
    assert TINY > 0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 12), st.randoms(use_true_random=False), st.floats(0.05, 0.6))
def test_elimination_solves(size, random, density):
    """The symbolic plan, executed in NumPy, is an LU decomposition."""
    pattern = {
        (i, j) for i in range(size) for j in range(size) if i == j or random.random() < density
    }
    plan = plan_elimination(size, pattern)
    assert pattern <= set(plan.slots)
    w = dict.fromkeys(plan.slots, 0.0)
    dense = np.zeros((size, size))
    for i, j in sorted(pattern):
        dense[i, j] = w[i, j] = random.uniform(-1, 1) + (size + 1) * (i == j)
    x = dict(enumerate(np.arange(1.0, size + 1)))
    for pivot, below, right in plan.pivots:
        for i in below:
            w[i, pivot] /= w[pivot, pivot]
            x[i] -= w[i, pivot] * x[pivot]
            for j in right:
                w[i, j] -= w[i, pivot] * w[pivot, j]
    for pivot, _, right in reversed(plan.pivots):
        x[pivot] = (x[pivot] - sum(w[pivot, j] * x[j] for j in right)) / w[pivot, pivot]
    solution = np.linalg.solve(dense, np.arange(1.0, size + 1))
    assert [x[i] for i in range(size)] == pytest.approx(solution, rel=1e-9, abs=1e-12)


def test_elimination_of_an_arrow_fills_nothing():
    """Markowitz' order takes the hub last."""
    size = 20
    pattern = {(0, k) for k in range(size)} | {(k, 0) for k in range(size)}
    plan = plan_elimination(size, pattern)
    assert len(plan.slots) == 3 * size - 2

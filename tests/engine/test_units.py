from fractions import Fraction

import pytest

from aldesim.engine import Model
from aldesim.engine.units import Unit
from aldesim.errors import InputError

HEAD = """
  unit day = 86400 second; unit time_unit = 86400 second; unit hour = 3600 second
  unit pM = 1e-12 mole/litre; unit nM = 1e-9 mole/litre; unit pmol = 1e-12 mole
  unit per_day = 1/day; unit pM_per_day = pM/day; unit one = dimensionless
  const c, k, h, d; c = 3; c has pM; k = 2; k has per_day; h = 2; h has one; d = 1; d has day
  const n, free; n = 1; n has nM; free = 1
  x = 1; x has pM
"""

WRONG = {
    "sum": ("y := x + d; y has pM", ["y = 'x + d'", "x is pM", "d is day"]),
    "sum of scaled units": ("y := x + n; y has pM", ["x is pM", "n is nM"]),
    "difference with a number": ("y := x - 1; y has pM", ["1 is dimensionless"]),
    "rule": ("y := k*x; y has pM", ["has unit pM_per_day where pM is wanted"]),
    "rate": ("y = 1; y has pM; y' = x*h", ["d(y)/dt", "has unit pM where pM_per_day is wanted"]),
    "initial value": ("const y; y = 2*c*d; y has pM", ["initial y", "where pM is wanted"]),
    "exponential": ("y := exp(k); y has one", ["argument of exp", "k is per_day"]),
    "logarithm": ("y := ln(x); y has one", ["argument of ln", "x is pM"]),
    "hyperbolic tangent": ("y := tanh(x/n*h); y has one", ["argument of tanh"]),
    "exponent": ("y := h^x; y has one", ["exponent x is pM"]),
    "base under a symbol": ("y := x^h; y has one", ["base x is pM", "must be dimensionless"]),
    "power": ("y := x^2; y has pM", ["where pM is wanted"]),
    "root": ("y := sqrt(x); y has pM", ["sqrt|root"]),
    "comparison": ("y := piecewise(1, x > d, 0); y has one", ["x > d", "d is day"]),
    "branches": ("y := piecewise(x, h > 1, d); y has pM", ["piecewise", "d is day"]),
    "minimum": ("y := min(x, d); y has pM", ["min(x, d)"]),
    "inside a product": ("y := h*(x + d)*2; y has pM", ["'x + d'"]),
    "literal": ("y := x + 3 nM; y has pM", ["3 nM is nM"]),
    "time": ("y := 1 + time; y has day", ["1 is dimensionless", "time is day"]),
    "hours and days": ("y := d + 2 hour; y has day", ["is hour"]),
    "function": ("y := twice(x) + d; y has pM", ["d is day"]),
    "reaction": (
        "compartment V; V = 1; V has litre; unit substance = 1e-12 mole; "
        "unit extent = 1e-12 mole; substanceOnly species S in V; S = 1; J: S -> ; k*V*S",
        ["J ="],
    ),
}
RIGHT = [
    "y := x + c - 2 pM; y has pM",
    "y := 2*x*k*d; y has pM",
    "y = 1; y has pM; y' = k*(c - y) + c/d",
    "y := exp(-k*d)*tanh(x/c)*ln(x/c + 1); y has one",
    "y := (x/c)^h + (x*c)^0.5/c + sqrt(x/c) + root(3, x^3)/c; y has one",
    "y := x^(2/3)*c^(1/3); y has pM",
    "y := max(x, 0) + piecewise(x, x > 0, c) + abs(-x); y has pM",
    "y := x + free; y has pM",
    "y := free*d + x; y has pM",
    "y := x + d*mystery; mystery = 3; y has pM",
    "y := time/d + sin(time*k); y has one",
    "y := x/c*h*1; y has one",
    "y := 1000*(n - n) + 0; y has nM",
    "y := twice(x) + c; y has pM",
    "y := piecewise(1, x > 0 && c >= x || not(d < 3 day), 0); y has one",
]


def model(lines):
    text = f"function twice(a) 2*a end\nmodel m()\n{HEAD}\n{lines}\nx' = k*(c - x)\nend"
    return Model.from_antimony(text, "units")


@pytest.mark.parametrize("kind", WRONG)
def test_inconsistency_is_found(kind):
    lines, parts = WRONG[kind]
    with pytest.raises(InputError) as found:
        model(lines)
    message = str(found.value)
    assert "\n" not in message
    for part in parts:
        assert any(p in message for p in part.split("|")), message


@pytest.mark.parametrize("lines", RIGHT)
def test_consistent_equations_pass(lines):
    model(lines)


def test_no_units_no_check():
    Model.from_antimony("x = 1; k = 2; x' = exp(x) + k^x + time", "bare")


def test_unknown_unit_is_named():
    with pytest.raises(InputError, match="blub"):
        Model.from_antimony("unit day = 86400 second; x = 1; x has blub; x' = 1", "unknown")


def test_unit_algebra():
    litre = Unit(-3.0, (("metre", Fraction(3)),))
    mole = Unit(0.0, (("mole", Fraction(1)),))
    molar = mole / litre
    assert (molar * litre).same(mole)
    assert molar.power(Fraction(1, 2)).power(Fraction(2)).same(molar)
    assert (molar / molar).dimensionless
    assert not Unit(-9.0).dimensionless
    assert str(Unit(3.0, (("mole", Fraction(1)),))) == "1000 mole"

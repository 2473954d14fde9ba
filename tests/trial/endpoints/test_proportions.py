import numpy as np
import pytest

from aldesim.errors import InputError
from aldesim.trial.endpoints.proportions import proportion


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        # Newcombe, Stat Med 1998;17:857, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_of_newcombe(count, n, low, high):
    share = proportion(count, n)
    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)
    mirror = proportion(n - count, n)
    assert (mirror.low, mirror.high) == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_nobody():
    share = proportion(0, 0)
    assert np.isnan([share.value, share.low, share.high]).all()


@pytest.mark.parametrize(
    ("count", "n", "confidence", "field"),
    [(3, 2, 0.95, "count"), (-1, 2, 0.95, "count"), (0, -1, 0.95, "n"), (1, 2, 95, "confidence")],
)
def test_bad_input(count, n, confidence, field):
    with pytest.raises(InputError, match=field):
        proportion(count, n, confidence)

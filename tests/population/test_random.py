import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.errors import InputError
from aldesim.population.random import normal, philox4x32, stream_key, uniform

# Known answers of philox4x32 with 10 rounds, from the kat_vectors file of Random123.
KNOWN = [
    (
        (0x00000000, 0x00000000, 0x00000000, 0x00000000),
        (0x00000000, 0x00000000),
        (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ),
    (
        (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_philox_known_answers(counter, key, answer):
    words = philox4x32(np.array(counter, dtype=np.uint32)[:, np.newaxis], key)
    assert tuple(int(word) for word in words[:, 0]) == answer


def test_philox_is_elementwise():
    counters = np.array([known[0] for known in KNOWN], dtype=np.uint32).T
    together = philox4x32(counters, (1, 2))
    for i in range(counters.shape[1]):
        assert (philox4x32(counters[:, i : i + 1], (1, 2))[:, 0] == together[:, i]).all()


def test_key_is_pinned():
    # A change here would change every patient of every published run.
    assert stream_key(1, "population/age") == stream_key(np.int64(1), "population/age")
    first = uniform(1, "population/age", [0], 2)[0]
    assert first.tolist() == [0.8400713816983297, 0.10532500934746081]


@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=30),
    st.integers(0, 9),
    st.integers(0, 2**70),
)
def test_numbers_belong_to_the_patient(patients, draws, seed):
    index = np.array(patients, dtype=np.uint64)
    whole = uniform(seed, "p", index, 9)
    assert ((whole > 0) & (whole < 1)).all()
    assert (uniform(seed, "p", index[::-1], draws) == whole[::-1, :draws]).all()
    for i, patient in enumerate(index):
        assert (uniform(seed, "p", [patient], draws)[0] == whole[i, :draws]).all()


def test_streams_differ():
    base = uniform(1, "a", np.arange(200), 3)
    for other in (
        uniform(2, "a", np.arange(200), 3),
        uniform(1, "b", np.arange(200), 3),
        uniform(1, "a", np.arange(200, 400), 3),
    ):
        assert not np.isin(base, other).any()
    assert np.unique(base).size == base.size


def test_uniform_moments_and_independence():
    u = uniform(7, "moments", np.arange(100_000), 3)
    assert np.allclose(u.mean(axis=0), 0.5, atol=4 * np.sqrt(1 / 12 / 1e5))
    assert np.allclose(u.var(axis=0), 1 / 12, atol=2e-3)
    r = np.corrcoef(np.column_stack((u, np.roll(u[:, 0], 1))).T)
    assert np.abs(r - np.eye(4)).max() < 4 / np.sqrt(1e5)
    counts = np.histogram(u, bins=100, range=(0, 1))[0]
    chi2 = ((counts - 3000) ** 2 / 3000).sum()
    assert 50 < chi2 < 160


def test_normal_quantiles():
    z = normal(3, "normal", np.arange(100_000), 1)[:, 0]
    assert np.allclose(np.quantile(z, [0.025, 0.5, 0.975]), [-1.95996, 0, 1.95996], atol=0.03)


def test_empty():
    assert uniform(1, "a", [], 4).shape == (0, 4)
    assert uniform(1, "a", [1, 2], 0).shape == (2, 0)


@pytest.mark.parametrize(
    ("seed", "patients", "draws", "field"),
    [
        (-1, [0], 1, "seed"),
        (1.5, [0], 1, "seed"),
        (True, [0], 1, "seed"),
        (1, [-1], 1, "patients"),
        (1, [0.5], 1, "patients"),
        (1, [[0]], 1, "patients"),
        (1, [0], -1, "draws"),
    ],
)
def test_bad_arguments(seed, patients, draws, field):
    with pytest.raises(InputError, match=field):
        uniform(seed, "a", patients, draws)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, norm, spearmanr

from aldesim.errors import InputError
from aldesim.model import Parameter, parameter_table
from aldesim.population import COVARIATES, draw, load_population, population_names
from aldesim.population.covariates import label
from aldesim.population.distributions import log_sd, quantiles
from aldesim.population.schema import ParameterChange


def row(name, value, distribution, spread):
    return Parameter(name, value, "1", distribution, spread, "test", "")


TABLE = parameter_table() | {
    entry.id: entry
    for entry in (
        row("clearance", 171.0, "lognormal", 0.3),
        row("fraction", 0.38, "logit-normal", 0.5),
        row("offset", -0.7, "normal", 0.2),
        row("shared", 3.0, "fixed", 0.0),
        row("still", 2.0, "lognormal", 0.0),
    )
}
N = 20_000
EVERYONE = np.arange(N)


@pytest.fixture(scope="module", params=population_names())
def population(request):
    return load_population(request.param)


@pytest.fixture(scope="module")
def drawn(population):
    return draw(population, TABLE, 1, EVERYONE)


def changed(population, *changes, correlations=None):
    update = {"parameters": tuple(ParameterChange(source="test", **c) for c in changes)}
    if correlations is not None:
        update["correlations"] = tuple(
            population.correlations[0].model_copy(update={"between": pair, "value": value})
            for pair, value in correlations
        )
    return population.model_copy(update=update)


def same(a, b, rows):
    return all((b[name] == a[name][rows]).all() for name in a) and list(a) == list(b)


@given(st.lists(st.integers(0, N - 1), min_size=1, max_size=50), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_a_patient_is_the_same_in_any_company(patients, seed):
    melanoma = load_population("melanoma")
    patients = np.array(patients)
    together = draw(melanoma, TABLE, seed, patients)
    for part in (np.arange(patients.size)[::-1], np.array([0]), np.arange(0, patients.size, 3)):
        again = draw(melanoma, TABLE, seed, patients[part])
        assert same(together.covariates, again.covariates, part)
        assert same(together.parameters, again.parameters, part)


def test_chunks_make_the_same_trial(population, drawn):
    for chunk in np.split(EVERYONE[:3000], [1, 8, 1000, 1999]):
        part = draw(population, TABLE, 1, chunk)
        assert same(drawn.covariates, part.covariates, chunk)
        assert same(drawn.parameters, part.parameters, chunk)


def test_seeds_differ(population, drawn):
    other = draw(population, TABLE, 2, EVERYONE)
    assert not (other.covariates["age"] == drawn.covariates["age"]).any()
    assert abs(spearmanr(other.covariates["age"], drawn.covariates["age"]).statistic) < 0.03


def test_a_new_parameter_disturbs_nobody(population, drawn):
    table = TABLE | {"new": row("new", 1.0, "lognormal", 0.4)}
    again = draw(population, table, 1, EVERYONE)
    assert all(
        (again.parameters[name] == drawn.parameters[name]).all() for name in drawn.parameters
    )


def test_covariates_follow_their_distributions(population, drawn):
    """Each marginal, by the inverse of its truncated distribution, is uniform."""
    for name, entry in population.covariates.items():
        values = drawn.covariates[name]
        if hasattr(entry, "chances"):
            for category in COVARIATES[name].categories:
                share = entry.chances.get(label(category), 0.0)
                error = np.sqrt(share * (1 - share) / N)
                assert abs((values == category).mean() - share) <= 4.5 * error
            continue
        groups = [(entry, np.ones(N, dtype=bool))]
        if hasattr(entry, "by"):
            labels = np.array([label(value) for value in drawn.covariates[entry.by].tolist()])
            groups = [(case, labels == key) for key, case in entry.cases.items()]
        for case, rows in groups:
            low, high = case.limits
            assert values[rows].min() >= low
            assert values[rows].max() <= high
            center, spread = case.parameters()
            if case.distribution == "lognormal":
                law = norm(np.log(center), float(log_sd(spread)))
                p = law.cdf(np.log(values[rows]))
                ends = law.cdf(np.log([low, high]))
            else:
                p = norm(center, spread).cdf(values[rows])
                ends = norm(center, spread).cdf([low, high])
            uniform = (p - ends[0]) / (ends[1] - ends[0])
            # One fixed seed, some 25 tests: a level that chance alone does not reach.
            assert kstest(uniform, "uniform").pvalue > 1e-4, name


def ranked(name, values):
    """Numbers as they are, categories by their order."""
    if values[name].dtype.kind != "U":
        return values[name]
    return np.array([COVARIATES[name].categories.index(value) for value in values[name].tolist()])


def test_correlations_have_their_signs(population, drawn):
    for entry in population.correlations:
        a, b = (ranked(name, drawn.parameters | drawn.covariates) for name in entry.between)
        r = spearmanr(a.astype(float), b.astype(float)).statistic
        assert np.sign(r) == np.sign(entry.value), entry.between
        # Categories and grouping by sex thin a correlation, they do not make it stronger.
        assert 0.3 * abs(entry.value) < abs(r)


def test_gaussian_copula_between_numbers():
    melanoma = load_population("melanoma")
    drawn = draw(melanoma, TABLE, 1, EVERYONE).covariates
    # Spearman of a Gaussian copula: 6 / pi * asin(r / 2).
    expected = 6 / np.pi * np.arcsin(-0.3 / 2)
    r = spearmanr(drawn["tumour_doubling_time"], drawn["LDH_ratio"]).statistic
    assert r == pytest.approx(expected, abs=0.02)
    assert abs(spearmanr(drawn["HR_0"], drawn["MAP_0"]).statistic) < 0.03


def test_tumours_of_melanoma():
    # Median 102 mm, interquartile range about 50-160 mm (Joseph 2018, Clin Cancer Res 24:4960).
    drawn = draw(load_population("melanoma"), TABLE, 1, EVERYONE).covariates
    quartiles = np.quantile(drawn["SLD_0"], [0.25, 0.5, 0.75])
    assert np.allclose(quartiles, [55, 102, 165], rtol=0.12)
    diameter = drawn["SLD_0"] / drawn["lesions"]
    assert ((diameter >= 10) & (diameter <= 100)).all()


def test_bodies(population, drawn):
    covariates = drawn.covariates
    man = covariates["sex"] == "male"
    assert 11 < covariates["body_weight"][man].mean() - covariates["body_weight"][~man].mean() < 16
    assert covariates["body_height"][man].mean() - covariates["body_height"][~man].mean() > 12
    assert covariates["BSA"][man].mean() == pytest.approx(2.0, abs=0.08)
    assert covariates["BSA"][~man].mean() == pytest.approx(1.8, abs=0.08)
    screened = "stress_test" not in population.covariates
    assert (covariates["creatinine_0"] <= 1.5).all() == screened


def test_filtration_falls_with_age_and_nephrectomy(drawn):
    covariates = drawn.covariates
    assert spearmanr(covariates["age"], covariates["GFR_0"]).statistic < -0.2
    assert spearmanr(covariates["creatinine_0"], covariates["GFR_0"]).statistic < -0.5
    if "prior_nephrectomy" in covariates:
        one = covariates["prior_nephrectomy"]
        assert covariates["GFR_0"][one].mean() < covariates["GFR_0"][~one].mean() - 15


def test_parameters_of_the_table(drawn):
    parameters = drawn.parameters
    assert "shared" not in parameters
    assert "still" not in parameters
    # The value of the table is the median.
    assert np.median(parameters["clearance"]) == pytest.approx(171, rel=0.01)
    cv = parameters["clearance"].std() / parameters["clearance"].mean()
    assert cv == pytest.approx(0.3, rel=0.03)
    assert np.median(parameters["fraction"]) == pytest.approx(0.38, rel=0.02)
    assert ((parameters["fraction"] > 0) & (parameters["fraction"] < 1)).all()
    assert parameters["offset"].mean() == pytest.approx(-0.7, abs=0.01)
    assert parameters["offset"].std() == pytest.approx(0.2, rel=0.03)


def test_covariates_become_parameters(drawn):
    names = set(drawn.covariates) & set(TABLE)
    assert {"body_weight", "GFR_0", "creatinine_0", "albumin_0"} <= names
    for name in names:
        assert (drawn.parameters[name] == drawn.covariates[name]).all()
        assert drawn.parameters[name].dtype == np.float64
    assert "age" not in drawn.parameters


def test_a_population_changes_parameters(population):
    special = changed(
        population,
        {"id": "clearance", "value": 100.0, "limits": (90.0, 130.0)},
        {"id": "shared", "spread": 0.5},
        {"id": "offset", "value": 1.0, "spread": 0.0},
        {"id": "still", "value": 5.0},
        correlations=[(("clearance", "age"), -0.6)],
    )
    drawn = draw(special, TABLE, 1, EVERYONE)
    clearance = drawn.parameters["clearance"]
    assert (clearance.min(), clearance.max()) == pytest.approx((90, 130), abs=0.1)
    assert np.median(drawn.parameters["shared"]) == pytest.approx(3, rel=0.02)
    assert (drawn.parameters["offset"] == 1).all()
    assert (drawn.parameters["still"] == 5).all()
    assert spearmanr(clearance, drawn.covariates["age"]).statistic < -0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "clearence"}, "clearence.*no parameter of the model"),
        ({"id": "body_weight"}, "is a covariate"),
        ({"id": "clearance", "value": -1.0}, r"parameters\[clearance\].value = -1.0"),
        ({"id": "fraction", "value": 1.5}, "between 0 and 1"),
        ({"id": "clearance", "limits": (200.0, None)}, "must include the value, 171"),
        ({"id": "clearance", "limits": (-1.0, None)}, "limits = -1.0: must be 0 or more"),
        ({"id": "fraction", "limits": (0.1, 2.0)}, "limits = 2.0: must be 1 or less"),
    ],
)
def test_impossible_changes(change, message):
    with pytest.raises(InputError, match=message):
        draw(changed(load_population("melanoma"), change), TABLE, 1, [0])


@pytest.mark.parametrize("name", ["shared", "clearence"])
def test_correlation_with_something_that_does_not_vary(name):
    special = changed(load_population("melanoma"), correlations=[((name, "age"), 0.2)])
    with pytest.raises(InputError, match=f"population melanoma: correlations = '{name}'"):
        draw(special, TABLE, 1, [0])


def test_nobody_is_drawn_from_an_empty_list():
    none = draw(load_population("melanoma"), TABLE, 1, np.array([], dtype=int))
    assert all(values.size == 0 for values in (none.covariates | none.parameters).values())


@pytest.mark.parametrize("distribution", ["normal", "lognormal", "logit-normal"])
@given(st.floats(-8.2, 8.2), st.floats(0.05, 2.0), st.floats(0.01, 0.4), st.floats(0.6, 0.99))
def test_quantiles_stay_inside_and_rise(distribution, z, spread, low, high):
    scores = np.array([-8.2, z, 8.2])
    inside = quantiles(distribution, 0.5, spread, (low, high), scores)
    assert np.isfinite(inside).all()
    assert ((inside >= low) & (inside <= high)).all()
    assert (np.diff(inside) >= 0).all()
    free = quantiles(distribution, 0.5, spread, (None, None), np.array([0.0]))
    assert free[0] == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["melanoma", "renal_cell"])
def test_earlier_lines_went_with_less_memory_and_larger_tumours(name):
    """A covariate that tells patients apart without changing them as a group."""
    virtual = draw(load_population(name), parameter_table(), 5, np.arange(4000))
    lines = virtual.covariates["earlier_lines"] > 0
    memory = np.log(virtual.parameters["tumour_memory_0"])
    size = np.log(virtual.covariates["SLD_0"])
    assert memory[lines].mean() < memory[~lines].mean() - 0.2
    assert size[lines].mean() > size[~lines].mean()
    assert memory.mean() == pytest.approx(
        np.log(parameter_table()["tumour_memory_0"].value), abs=0.05
    )

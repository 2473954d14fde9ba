import dataclasses

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.stats import f as f_distribution
from scipy.stats import norm

from aldesim.drug.combine import combine
from aldesim.drug.potency import potency_report
from aldesim.drug.suitability import Criteria
from aldesim.errors import InputError

# A simulated plate: each well's scatter is additive and normal.
DOSES = np.geomspace(0.05, 50, 10)  # IU/mL
HALF, SLOPE, LOWER, UPPER, SCATTER = 1.5, 1.4, 0.2, 1.8, 0.05
HEADER = "plate,sample,well,replicate,dose_IU_per_mL,response"
LOT = {"reference": {}, "lot": {"potency": 1.2}}


def response(dose, *, potency=1.0, slope=SLOPE, lower=LOWER, upper=UPPER):
    return lower + (upper - lower) / (1 + (dose * potency / HALF) ** -slope)


def wells(rng, samples, *, plate="1", doses=DOSES, replicates=3, scatter=SCATTER):
    """Rows (plate, sample, well, replicate, dose, response); `samples`: name to keywords."""
    rows = []
    for name, shape in samples.items():
        for row, dose in enumerate(doses):
            for replicate in range(1, replicates + 1):
                value = response(dose, **shape) + scatter * rng.standard_normal()
                well = f"{name[0].upper()}{replicate}-{row + 1}"
                rows.append((plate, name, well, replicate, float(dose), float(value)))
    return rows


def write(path, rows, header=HEADER):
    lines = [
        ",".join(cell if isinstance(cell, str) else repr(cell) for cell in row) for row in rows
    ]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def rng(key=0):
    return np.random.default_rng([20, key])


@pytest.fixture
def report(tmp_path):
    def make(rows, header=HEADER, **criteria):
        path = write(tmp_path / "plate.csv", rows, header)
        return potency_report(path, Criteria(**criteria))

    return make


def failed(potency):
    return {check.name for check in potency.checks if check.passed is False}


def test_limits_hold_the_truth_as_often_as_they_say(report):
    plates, hits, hits_delta, valid, unequal = 400, 0, 0, 0, 0
    for key in range(plates):
        (potency,) = report(wells(rng(key), LOT)).potencies
        hits += potency.lower < 1.2 < potency.upper
        hits_delta += potency.delta_lower < 1.2 < potency.delta_upper
        valid += potency.valid
        unequal += potency.parallelism_p < 0.05
    assert 0.93 <= hits / plates <= 0.97
    assert 0.93 <= hits_delta / plates <= 0.97
    assert valid / plates > 0.9
    assert 0.025 <= unequal / plates <= 0.08


def test_standard_error_is_the_spread_of_the_estimates(report):
    found = [report(wells(rng(key), LOT)).potencies[0] for key in range(150)]
    log = np.log([potency.relative_potency for potency in found])
    assert log.mean() == pytest.approx(np.log(1.2), abs=3 * log.std() / np.sqrt(150))
    assert np.mean([p.standard_error for p in found]) == pytest.approx(log.std(), rel=0.15)


def test_agrees_with_another_least_squares_program(report):
    rows = wells(rng(), LOT)
    (potency,) = report(rows).potencies
    test = np.array([row[1] == "lot" for row in rows])
    x, y = np.log([row[4] for row in rows]), np.array([row[5] for row in rows])

    def parallel(x, lower, upper, slope, half, shift):
        return lower + (upper - lower) / (1 + np.exp(-slope * (x + shift * test - half)))

    best, covariance = curve_fit(parallel, x, y, p0=[0.1, 2, 1, 0.5, 0])
    assert np.log(potency.relative_potency) == pytest.approx(best[4], abs=1e-6)
    assert potency.standard_error == pytest.approx(np.sqrt(covariance[4, 4]), rel=1e-4)
    assert potency.degrees_of_freedom == 55

    alone = 0.0
    for own in (~test, test):
        curve = lambda x, a, d, b, c: a + (d - a) / (1 + np.exp(-b * (x - c)))  # noqa: E731
        fit, _ = curve_fit(curve, x[own], y[own], p0=[0.1, 2, 1, 0.5])
        alone += np.sum((curve(x[own], *fit) - y[own]) ** 2)
    together = np.sum((parallel(x, *best) - y) ** 2)
    f = ((together - alone) / 3) / (alone / 52)
    assert potency.parallelism_p == pytest.approx(f_distribution.sf(f, 3, 52), rel=1e-4)


def test_profile_and_delta_limits_agree_on_a_good_plate(report):
    (potency,) = report(wells(rng(), LOT)).potencies
    assert potency.lower < potency.relative_potency < potency.upper
    assert potency.lower == pytest.approx(potency.delta_lower, rel=0.01)
    assert potency.upper == pytest.approx(potency.delta_upper, rel=0.01)


def test_more_replicates_and_less_scatter_narrow_the_limits(report):
    def width(**keywords):
        (potency,) = report(wells(rng(), LOT, **keywords)).potencies
        return np.log(potency.upper / potency.lower)

    assert width(scatter=0.025) == pytest.approx(width() / 2, rel=0.1)
    assert width(replicates=12) < 0.7 * width()


def moved(rows, dose=lambda d: d, value=lambda y: y):
    return [(*row[:4], dose(row[4]), value(row[5])) for row in rows]


@pytest.mark.parametrize(
    ("change", "header"),
    [
        ({"value": lambda y: 1000 * y}, HEADER),
        ({"value": lambda y: y / 1000 + 3}, HEADER),
        ({"value": lambda y: 3 - y}, HEADER),
        ({"dose": lambda d: 61.1 * d}, HEADER.replace("IU", "ng")),
        ({"dose": lambda d: 5000 / d}, HEADER.replace("dose_IU_per_mL", "dilution")),
    ],
    ids=["scaled", "offset", "falling", "dose unit", "dilution"],
)
def test_units_change_nothing(report, change, header):
    rows = wells(rng(), LOT)
    (before,) = report(rows).potencies
    (after,) = report(moved(rows, **change), header).potencies
    for field in ("relative_potency", "lower", "upper", "standard_error", "parallelism_p"):
        assert getattr(after, field) == pytest.approx(getattr(before, field), rel=1e-5)


def test_order_of_wells_changes_nothing(report):
    rows = wells(rng(), LOT)
    (before,) = report(rows).potencies
    (after,) = report(rows[::-1]).potencies
    assert after.relative_potency == pytest.approx(before.relative_potency, rel=1e-7)


def test_exchanged_with_the_reference_the_potency_is_the_inverse(report):
    rows = wells(rng(), LOT)
    swap = {"reference": "lot", "lot": "reference"}
    (before,) = report(rows).potencies
    (after,) = report([(row[0], swap[row[1]], *row[2:]) for row in rows]).potencies
    assert after.relative_potency == pytest.approx(1 / before.relative_potency, rel=1e-6)
    assert after.lower == pytest.approx(1 / before.upper, rel=1e-5)


@pytest.mark.parametrize(
    ("shape", "check"),
    [
        ({"slope": 2.6}, "slope ratio"),
        ({"upper": 1.2}, "span ratio"),
        ({"lower": 0.8}, "lower plateau shift"),
    ],
)
def test_a_test_sample_of_another_shape_is_not_valid(report, shape, check):
    made = report(wells(rng(), {"reference": {}, "lot": {}, "odd": shape}))
    lot, odd = made.potencies
    assert lot.valid
    assert not odd.valid
    assert check in failed(odd)
    assert odd.parallelism_p < 1e-6
    assert [one.sample for one in made.combined] == ["lot"]
    assert not made.valid
    assert ("all", "odd", "relative potency", "none", "a valid plate", "NOT VALID") in made.rows


def test_a_hook_is_lack_of_fit(report):
    rows = wells(rng(), LOT)
    hooked = [
        (*row[:5], row[5] - 0.6 * max(0.0, float(np.log(row[4] / DOSES[-3])))) for row in rows
    ]
    assert "lack of fit" in failed(report(hooked).potencies[0])
    assert "lack of fit" not in failed(report(rows).potencies[0])


@pytest.mark.parametrize(
    ("keywords", "check"),
    [
        ({"scatter": 0.45}, "R2"),
        ({"doses": np.geomspace(0.05, 2.5, 8)}, "span covered"),
    ],
)
def test_a_poor_plate_is_not_valid(report, keywords, check):
    made = report(wells(rng(), LOT, **keywords))
    assert not made.potencies[0].valid
    assert check in {c.name for c in made.curves[0].checks if c.passed is False}


def test_dynamic_range_and_replicates(report):
    rows = moved(wells(rng(), LOT), value=lambda y: y + 2)
    checks = {check.name: check for check in report(rows).curves[0].checks}
    assert checks["dynamic range"].passed is False
    assert checks["replicate CV"].passed is True
    checks = {check.name: check for check in report(rows, replicate_cv=0.001).curves[0].checks}
    assert checks["replicate CV"].passed is False


def test_an_outlier_is_flagged_and_kept(report):
    rows = wells(rng(), LOT)
    before = report(rows)
    wrong = rows[40]
    rows[40] = (*wrong[:5], wrong[5] + 0.6)
    after = report(rows)
    assert [curve.outliers for curve in before.curves] == [(), ()]
    assert after.curves[1].outliers == (wrong[2],)
    assert after.potencies[0].degrees_of_freedom == before.potencies[0].degrees_of_freedom
    assert any(row[2:4] == ("outliers", wrong[2]) for row in after.rows)


def test_without_replicates_there_is_a_potency_but_no_lack_of_fit(report):
    made = report(wells(rng(3), LOT, replicates=1))
    names = {check.name for check in made.potencies[0].checks}
    assert "lack of fit" not in names
    assert "replicate CV" not in {check.name for check in made.curves[0].checks}


def flat(row):
    return (*row[:5], 1 + float(np.sin(1e4 * row[5])) / 20) if row[1] == "lot" else row


def reverse(row):
    return (*row[:5], 2 - row[5]) if row[1] == "lot" else row


@pytest.mark.parametrize(
    ("keywords", "change", "said"),
    [
        ({"doses": DOSES[:4]}, None, "plate 1 sample reference: doses = 4: must be 5 different"),
        ({"doses": DOSES[::2], "replicates": 1}, None, "wells = 5: must be more than 5"),
        ({}, lambda row: (*row[:5], 1.0), "sample reference: response = 1.0: is the same in"),
        ({}, flat, "sample lot: response = 'flat': must depend on the dose"),
        ({}, reverse, "sample lot: response = 'runs the other way'"),
        ({"scatter": 0.0}, None, "response = 'no scatter': must be readings"),
    ],
)
def test_degenerate_plates_are_refused_in_one_line(report, keywords, change, said):
    rows = wells(rng(), LOT, **keywords)
    with pytest.raises(InputError) as caught:
        report([change(row) for row in rows] if change else rows)
    assert said in str(caught.value)
    assert "plate.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("upto", [5, 6, 7])
def test_half_of_a_curve_is_refused_or_not_valid(report, upto):
    try:
        made = report(wells(rng(), LOT, doses=DOSES[:upto] / 20))
    except InputError:
        return
    assert not made.valid


def test_days_that_agree_are_weighted(report):
    rows = [row for day in "abc" for row in wells(rng(ord(day)), LOT, plate=day)]
    made = report(rows)
    (one,) = made.combined
    assert one.method == "weighted"
    assert one.plates == ("a", "b", "c")
    assert one.lower < 1.2 < one.upper
    widths = [np.log(potency.upper / potency.lower) for potency in made.potencies]
    assert np.log(one.upper / one.lower) == pytest.approx(min(widths) / np.sqrt(3), rel=0.2)
    log = np.log([potency.relative_potency for potency in made.potencies])
    assert min(log) < np.log(one.relative_potency) < max(log)


def test_days_that_disagree_are_semi_weighted(report):
    made = [report(wells(rng(3), {"reference": {}, "lot": {"potency": p}})) for p in (0.7, 1, 1.4)]
    potencies = [one.potencies[0] for one in made]
    one = combine(potencies)
    assert one.method == "semi-weighted"
    assert one.heterogeneity_p < 1e-3
    assert one.between_sd == pytest.approx(np.std(np.log([0.7, 1, 1.4]), ddof=1), rel=0.15)
    assert one.lower < 0.7
    assert one.upper > 1.4
    assert one.relative_potency == pytest.approx(np.cbrt(0.7 * 1.4), rel=0.1)


def test_a_weight_is_the_precision(report):
    (potency,) = report(wells(rng(), LOT)).potencies
    sharp = dataclasses.replace(
        potency, relative_potency=1.0, lower=1 / 1.05, upper=1.05, degrees_of_freedom=1000
    )
    blunt = dataclasses.replace(
        potency,
        relative_potency=1.1,
        lower=1.1 / 1.1025,
        upper=1.1 * 1.1025,
        degrees_of_freedom=1000,
    )
    one = combine([sharp, blunt])
    # twice the width in log, a quarter of the weight
    assert np.log(one.relative_potency) == pytest.approx(np.log(1.1) / 5, rel=1e-6)
    half = np.log(1.05) / norm.ppf(0.975) / np.sqrt(1.25) * norm.ppf(0.975)
    assert np.log(one.upper / one.relative_potency) == pytest.approx(half, rel=3e-3)


def test_rows_are_text_for_a_table(report):
    made = report(wells(rng(), LOT))
    assert made.unit == "IU/mL"
    assert made.valid
    assert all(len(row) == 6 and all(isinstance(cell, str) for cell in row) for row in made.rows)
    result = made.rows[-1]
    assert result[:3] == ("all", "lot", "relative potency")
    assert result[3].startswith(f"{made.combined[0].relative_potency:.1%}")
    half = next(row for row in made.rows if row[2] == "half response at")
    assert half[3].endswith("IU/mL")
    assert float(half[3].split()[0]) == pytest.approx(1.5, rel=0.15)


def test_the_simulated_plate_is_the_curve_it_says(report):
    assert response(1.5) == pytest.approx(1.0)
    assert response(1.5 / 1.2, potency=1.2) == pytest.approx(1.0)

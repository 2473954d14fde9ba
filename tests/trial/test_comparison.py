import numpy as np
import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.report.comparison import comparison_rows, render_comparison
from aldesim.trial import load_scenario
from aldesim.trial.comparison import compare, vary


@pytest.fixture(scope="module")
def base():
    return load_scenario("high-dose-melanoma").model_copy(
        update={"patients": 40, "follow_up_days": 100, "scan_days": (47, 75, 100)}
    )


@pytest.fixture(scope="module")
def comparison(base, tmp_path_factory):
    arms = vary(base, "rules", ["label_legacy", "community_2015"])
    return compare(arms, out=tmp_path_factory.mktemp("runs") / "both")


def test_arms_hold_the_same_patients(comparison):
    one, two = (frame for frame in comparison.patients.values())
    for covariate in ("age", "body_weight", "SLD_0", "creatinine_0"):
        np.testing.assert_array_equal(one[covariate], two[covariate])


def test_first_dose_and_its_readings_are_the_same_in_both_arms(comparison):
    logs = [arm.decisions.filter(pl.col("time") == 0).collect() for arm in comparison.arms.values()]
    np.testing.assert_array_equal(logs[0]["creatinine"], logs[1]["creatinine"])


def test_stricter_rules_give_fewer_doses_and_less_vasopressor(comparison):
    rows = {row.measure: row.paired for row in comparison.differences}
    doses = rows["Doses given in the first course"]
    assert doses.high < 0
    assert doses.difference == pytest.approx(doses.second - doses.first)
    assert rows["Time on a vasopressor"].high < 0
    assert rows["Vasopressor used"].difference < 0


def test_differences_are_kept_as_a_table(comparison):
    kept = pl.read_csv(comparison.folder / "differences.csv")
    assert kept["measure"].to_list() == comparison.table["measure"].to_list()


def test_equal_arms_differ_in_nothing(base, tmp_path):
    short = base.model_copy(
        update={"regimen": "single_bolus", "follow_up_days": 20, "scan_days": (20,)}
    )
    same = compare({"a": short, "b": short}, patients=8, out=tmp_path / "same")
    for row in same.differences:
        assert row.paired.difference == 0
        assert row.paired.p == 1


def test_page_shows_every_arm(comparison):
    page = render_comparison(comparison)
    assert "http://" not in page.split("<script>")[0]
    for words in ("label_legacy", "community_2015", "Why doses were not given", "Hospital days"):
        assert words in page
    rows = comparison_rows(comparison)
    assert len(rows) == len(comparison.differences)
    assert "against label_legacy" in rows[0].note


@pytest.mark.parametrize(
    ("field", "values", "said"),
    [
        ("rulez", ["a"], "rulez"),
        ("courses", [1, 0], "courses = 0"),
        ("rules", ["label_plr", "label_plr"], "given twice"),
        ("population", ["melanoma"], "no field to vary"),
    ],
)
def test_bad_arms_are_named(base, field, values, said):
    with pytest.raises(InputError, match=said):
        vary(base, field, values)


def test_one_arm_is_no_comparison(base):
    with pytest.raises(InputError, match="two or more"):
        compare([base])


def test_other_patients_are_refused(base, tmp_path):
    other = base.model_copy(update={"name": "other", "population": "renal_cell"})
    with pytest.raises(InputError, match=r"other\.population"):
        compare([base, other], out=tmp_path)

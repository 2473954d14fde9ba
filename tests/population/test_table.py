"""A person's own table of patients as a population."""

import numpy as np
import pytest

from aldesim.errors import InputError
from aldesim.model import parameter_table
from aldesim.population import draw, load_population

HEAD = "id,age,sex,body_weight,body_height,creatinine_0"
ROWS = ["a,61,male,82,178,0.9", "b,47,female,64,165,0.7", "c,55,male,91,183,1.1"]
TABLE = parameter_table()


def written(folder, *rows, head=HEAD):
    file = folder / "own.csv"
    file.write_text("\n".join([head, *rows]) + "\n")
    return file


def people(population, patients, seed=5):
    return draw(population, TABLE, seed, np.asarray(patients))


def test_rows_are_taken_in_order_and_then_drawn_again(tmp_path):
    found = people(load_population(written(tmp_path, *ROWS)), np.arange(40))
    assert found.covariates["body_weight"][:3].tolist() == [82, 64, 91]
    assert set(found.covariates["body_weight"][3:]) == {82.0, 64.0, 91.0}
    assert found.covariates["sex"][:3].tolist() == ["male", "female", "male"]
    assert found.parameters["creatinine_0"][:3].tolist() == [0.9, 0.7, 1.1]
    # A row drawn twice is the same person on paper, not the same body.
    twice = found.parameters["linear_clearance"][found.covariates["body_weight"] == 82]
    assert len(set(twice.tolist())) == len(twice)


def test_a_patient_does_not_depend_on_who_else_is_asked_for(tmp_path):
    population = load_population(written(tmp_path, *ROWS))
    whole, part = people(population, np.arange(30)), people(population, [29, 4])
    for name, values in part.parameters.items():
        assert np.array_equal(values, whole.parameters[name][[29, 4]])


def test_bootstrap_and_a_population_behind_it(tmp_path):
    written(tmp_path, *ROWS)
    file = tmp_path / "ward.yaml"
    file.write_text("name: ward\ntitle: Ward\ntable: own.csv\nlike: melanoma\nbootstrap: true\n")
    found = people(load_population(file), np.arange(600))
    share = (found.covariates["age"] == 47).mean()
    assert share == pytest.approx(1 / 3, abs=0.06)
    assert set(found.covariates) >= {"SLD_0", "lesions", "M_stage", "BSA"}
    # What the population links to a known value follows it: age with FEV1, correlation -0.4.
    fev1 = [found.covariates["FEV1"][found.covariates["age"] == age].mean() for age in (61, 47)]
    assert fev1[0] != pytest.approx(fev1[1], abs=0.1)


def test_columns_may_be_parameters_and_parquet(tmp_path):
    import polars as pl

    file = written(tmp_path, *[f"{row},{c}" for row, c in zip(ROWS, (100, 150, 300), strict=True)],
                   head=f"{HEAD},linear_clearance")  # fmt: skip
    pl.read_csv(file).write_parquet(tmp_path / "own.parquet")
    one, other = (people(load_population(f), [0, 1, 2]) for f in (file, tmp_path / "own.parquet"))
    assert one.parameters["linear_clearance"].tolist() == [100, 150, 300]
    for name, values in one.parameters.items():
        assert np.array_equal(values, other.parameters[name])


def test_a_manifest_keeps_the_table(tmp_path):
    from aldesim.population import Population

    population = load_population(written(tmp_path, *ROWS))
    kept = Population.model_validate_json(population.model_dump_json(exclude_none=True))
    one, other = people(population, np.arange(9)), people(kept, np.arange(9))
    assert np.array_equal(one.covariates["sex"], other.covariates["sex"])
    assert np.array_equal(one.parameters["GFR_0"], other.parameters["GFR_0"])


@pytest.mark.parametrize(
    ("row", "head", "message"),
    [
        ("a,610,male,82,178,0.9", HEAD, r"own.csv row 2: age = '610': must be a number from 18 to"),
        ("a,61,man,82,178,0.9", HEAD, r"row 2: sex = 'man': must be one of female, male"),
        ("a,61,male,,178,0.9", HEAD, r"row 2: body_weight = '': must be a finite number"),
        ("a,61,male,82,178,80", HEAD, r"row 2: creatinine_0 = '80': must be .* 0.1 to 20 mg/dL"),
        ("a,61,male,182,125,0.9", HEAD, r"body_weight = '182': gives a body mass index of 116"),
        ("a,61,male,82,178,0.9,1.2", f"{HEAD},SC_bioavailability", r"must be between 0 and 1"),
        ("a,61,male,82,178,0.9,-1", f"{HEAD},linear_clearance", r"must be above 0 L/day"),
        ("a,61,male,82,178,0.9,1", f"{HEAD},clearence", r"columns = 'clearence': must be a cov"),
        ("a,61,male,82,178,0.9,2", f"{HEAD},BSA", r"columns = 'BSA': is computed"),
        ("a,61,male,82,178", HEAD.rsplit(",", 1)[0], r"must have creatinine_0 \[mg/dL\]"),
        ("a,61,male,82,178,0.9,7", HEAD, r"row 2: cells = 7: must be 6"),
        ("a,61,male,82,178,0.9,7", f"{HEAD},age", r"columns = 'age': is given twice"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, row, head, message):
    with pytest.raises(InputError, match=message) as error:
        load_population(written(tmp_path, row, head=head))
    assert "\n" not in str(error.value)


def test_no_file_and_no_rows(tmp_path):
    with pytest.raises(InputError, match="readable CSV or Parquet"):
        load_population(tmp_path / "none.csv")
    with pytest.raises(InputError, match="at least one row"):
        load_population(written(tmp_path))

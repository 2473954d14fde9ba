"""The fit with the model itself: what readings say is learnt, what they do not say is not."""

from dataclasses import replace

import numpy as np
import pytest

from aldesim.errors import InputError
from aldesim.forecast import fit, fit_person, load_setting, read_people
from aldesim.forecast.fit import predict
from aldesim.forecast.prior import prior_of
from aldesim.model import parameter_table
from aldesim.population import draw

SETTING = load_setting(support="none")
HEAD = "ID,TIME,EVID,AMT,RATE,DVID,DV,WT,AGE,SEX"
CLEARANCE = 330.0
DOSE = "1,0,1,48e6,192e6,,,80,50,male"


def person_of(tmp_path, *rows, name="data.csv"):
    file = tmp_path / name
    file.write_text("\n".join([HEAD, DOSE, *rows]) + "\n")
    return read_people(file, SETTING.molecule, SETTING.signs)[0]


@pytest.fixture(scope="module")
def fast(tmp_path_factory):
    """Readings of a patient with twice the usual clearance."""
    folder = tmp_path_factory.mktemp("fast")
    rows = [f"1,{hour},0,,,il2_plasma,1,80,50,male" for hour in (0.5, 1, 2, 3, 4)]
    person = person_of(folder, *rows)
    virtual = draw(SETTING.population, parameter_table(), 1, np.array([0]))
    table = parameter_table()
    virtual.parameters.update({k: np.array([table[k].value]) for k in virtual.parameters})
    virtual.parameters["body_weight"][:] = 80.0
    virtual.parameters["linear_clearance"][:] = CLEARANCE
    truth = predict(SETTING, person, virtual)[:, 0]
    return replace(person, readings=replace(person.readings, value=truth))


@pytest.fixture(scope="module")
def fitted(fast):
    return fit_person(SETTING, fast, seed=3, particles=96, days=0.2)


def clearance(candidates):
    return candidates.virtual.parameters["linear_clearance"]


def test_a_high_clearance_is_recovered(fitted):
    before, after = clearance(fitted.prior), clearance(fitted.posterior)
    assert np.median(before) == pytest.approx(168, rel=0.15)
    low, high = np.quantile(after, (0.05, 0.95))
    assert low < CLEARANCE < high or abs(np.median(after) / CLEARANCE - 1) < 0.15
    assert low > np.median(before)


def test_given_covariates_are_kept(fitted):
    for candidates in (fitted.prior, fitted.posterior):
        assert set(candidates.virtual.covariates["body_weight"]) == {80.0}
        assert set(candidates.virtual.covariates["sex"]) == {"male"}


def test_what_the_readings_do_not_touch_keeps_its_spread(fitted):
    k = fitted.prior_names.index("platelets_0")
    assert fitted.posterior.scores[:, k].std() == pytest.approx(1, abs=0.3)
    assert abs(fitted.posterior.scores[:, k].mean()) < 0.35


def test_more_data_narrow_the_band(fast, fitted):
    few = replace(fast.readings, **{
        name: values[:1] for name, values in vars(fast.readings).items()
    })  # fmt: skip
    one = fit_person(SETTING, replace(fast, readings=few), seed=3, particles=96, days=0.2)
    spread = [np.ptp(np.quantile(np.log(clearance(f.posterior)), (0.05, 0.95))) for f in
              (one, fitted)]  # fmt: skip
    assert spread[1] < 0.8 * spread[0]


def test_the_same_bits_again(fast, fitted):
    again = fit_person(SETTING, fast, seed=3, particles=96, days=0.2)
    assert np.array_equal(again.posterior.scores, fitted.posterior.scores)
    assert np.array_equal(again.posterior.course["MAP"], fitted.posterior.course["MAP"])


def test_without_readings_the_prior_comes_back(tmp_path):
    found = fit_person(SETTING, person_of(tmp_path), seed=4, particles=64, days=0.1)
    assert np.array_equal(found.prior.scores, found.posterior.scores)
    assert np.array_equal(found.prior.course["MAP"], found.posterior.course["MAP"])


def test_a_person_does_not_depend_on_who_else_is_in_the_file(tmp_path):
    row, other = "1,2,0,,,MAP,84,80,50,male", "2,2,0,,,MAP,99,60,40,female"
    (tmp_path / "one.csv").write_text("\n".join([HEAD, DOSE, row]) + "\n")
    (tmp_path / "two.csv").write_text("\n".join([HEAD, other, row, DOSE]) + "\n")
    one, two = (
        fit(tmp_path / f"{name}.csv", SETTING, particles=32, days=0.1, out=tmp_path / name)
        for name in ("one", "two")
    )
    bands = [r.table("bands").filter(person="1") for r in (one, two)]
    assert bands[0].equals(bands[1])
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "two" / "people").iterdir()}
    again = fit(tmp_path / "two.csv", SETTING, particles=32, days=0.1, out=tmp_path / "two")
    assert again.manifest == two.manifest
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "two" / "people").iterdir()} == before


def test_a_covariate_that_the_population_does_not_have(tmp_path):
    person = person_of(tmp_path)
    with pytest.raises(InputError, match="IMDC_risk"):
        prior_of(SETTING, replace(person, known={"IMDC_risk": "poor"}))


def test_recorded_orders_replace_the_standing_ones(tmp_path):
    ward = load_setting()
    dry = person_of(tmp_path, "1,24,0,,,weight,80,80,50,male")
    wet = replace(dry, orders=((0, "crystalloid_rate", 12.0),))
    scores = prior_of(ward, dry).scores(1, "1", 8)
    virtual, _ = prior_of(ward, dry).patients(scores)
    gained = predict(ward, wet, virtual) - predict(ward, dry, virtual)
    assert (gained > 0.2).all()  # kg, of 12 L in a day

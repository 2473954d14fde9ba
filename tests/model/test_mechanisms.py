"""What should follow from each mechanism, switched on, off, or driven another way."""

from __future__ import annotations

import numpy as np
import pytest
from ward import HOUR, high_dose, treat

BSA = 1.85
AFTER_TRANSPLANT = {"CD4_0": 380.0, "Treg_0": 25.0, "CD8_naive_0": 117.0, "NK_dim_0": 181.0}
VASOPLEGIC = {"vasodilation_max": 0.93, "vasodilation_half": 0.3}


def lowest(course, name):
    return float(course[name].min())


def rise(course, name):
    return float(course[name].max() / course[name][0, 0])


@pytest.fixture(scope="module")
def high(new_batch):
    return treat(new_batch(), high_dose(1), until=13.0)


@pytest.fixture(scope="module")
def low(new_batch):
    """1 MIU/m2 daily under the skin for 12 weeks, few lymphocytes (Koreth 2016)."""
    doses = [float(d) for d in range(84)]
    course = {"until": 84.0, "iu_per_kg": 1e6 * BSA / 75, "route": "sc", "often_until": 84.0}
    return treat(new_batch(**AFTER_TRANSPLANT), doses, **course)


def test_low_dose_grows_treg_and_nk_and_nothing_else(low):
    """Treg more than 8 fold at 4 weeks (Koreth 2011); Treg more than 5, NK more than 4 fold over 12
    weeks, other T cells unchanged (Koreth 2016)."""
    treg = low["Treg"][:, 0] / low["Treg"][0, 0]
    assert np.interp(28, low["time"], treg) > 8
    assert treg.max() < 14
    assert 3.5 < rise(low, "NK") < 8
    assert rise(low, "CD4") < 1.3
    assert rise(low, "CD8_effector") < 1.3
    assert lowest(low, "MAP") > 90


def test_one_small_dose_lifts_treg_a_little(new_batch):
    """Todd 2016: 0.1 MIU/m2 raises Treg by 10 %, 0.5 by 20 %."""
    course = treat(new_batch(), [0.0], until=7.0, iu_per_kg=0.3e6 * BSA / 75, route="sc")
    assert 1.05 < rise(course, "Treg") < 1.35


@pytest.fixture(scope="module")
def infused(new_batch):
    """18 MIU/m2 a day, continuously for five days."""
    return treat(new_batch(), until=13.0, infusion=(0.0, 5.0, 18e6 * BSA / 75))


def test_a_constant_level_is_gentler_on_pressure_than_peaks(high, infused):
    assert lowest(infused, "MAP") > lowest(high, "MAP") + 3
    assert infused["late_cytokines"].max() < 0.75 * high["late_cytokines"].max()
    assert infused["nitric_oxide"].max() < 0.8 * high["nitric_oxide"].max()


def test_a_constant_level_still_activates_cells(high, infused):
    assert rise(infused, "Treg") > 0.8 * rise(high, "Treg")
    assert rise(infused, "NK") > 0.5 * rise(high, "NK")


def test_under_the_skin_is_gentler_still(new_batch, infused):
    days = [float(d) for d in range(5)]
    course = treat(new_batch(), days, until=13.0, iu_per_kg=18e6 / 75, route="sc")
    assert lowest(course, "MAP") > lowest(infused, "MAP") + 5
    assert rise(course, "Treg") > 2.5


def test_without_leak_no_oedema_and_less_albumin_loss(new_batch, high):
    tight = treat(new_batch(permeability_rise=1e-9), high_dose(1), until=13.0)
    gain = tight["weight"].max() - 75
    assert gain < 0.6 * (high["weight"].max() - 75)
    assert lowest(tight, "albumin") > lowest(high, "albumin") + 0.5


def test_without_nitric_oxide_no_hypotension(new_batch, high):
    calm = treat(new_batch(nitric_oxide_production=1e-9), high_dose(1), until=13.0)
    assert lowest(calm, "MAP") > 80
    assert lowest(high, "MAP") < 72


@pytest.fixture(scope="module")
def vasoplegic(new_batch):
    return treat(new_batch(**VASOPLEGIC), high_dose(1), until=13.0)


def test_support_holds_the_pressure(new_batch, vasoplegic):
    alone = treat(new_batch(**VASOPLEGIC), high_dose(1), until=13.0, support=False)
    assert lowest(alone, "MAP") < lowest(vasoplegic, "MAP") - 5
    assert alone["pressor_dose"].max() == 0
    assert alone["creatinine"].max() > vasoplegic["creatinine"].max()


def test_pressor_is_titrated_to_its_target_and_weaned(vasoplegic):
    shock = (vasoplegic["time"] > 2) & (vasoplegic["time"] < 4.3)
    assert np.all(vasoplegic["MAP"][shock] > 62)
    dose = vasoplegic["pressor_dose"][:, 0]
    assert 0.3 < dose.max() < 5
    assert np.interp(13 * 8 * HOUR + 1.5, vasoplegic["time"], dose) < 0.1 * dose.max()


def test_pressor_washes_out_within_an_hour(new_batch):
    batch = new_batch()
    batch.add("pressor_dose", 2.0)
    assert batch.observe(["MAP"])["MAP"][0] > 110
    batch.advance(2 * HOUR)
    assert batch.observe(["pressor_dose"])["pressor_dose"][0] < 1e-3


def test_steroid_blunts_toxicity(new_batch):
    """Vetto 1987: less fever, creatinine and bilirubin rise."""
    courses = []
    for steroid in (0.0, 0.7):
        batch = new_batch()
        batch.advance(1e-6, {"steroid": steroid})
        courses.append(treat(batch, [0.01 + d for d in high_dose(1)], until=8.0))
    plain, blunted = courses
    assert blunted["temperature"].max() < plain["temperature"].max()
    assert blunted["creatinine"].max() < 0.8 * plain["creatinine"].max()
    assert blunted["bilirubin"].max() < 0.8 * plain["bilirubin"].max()


def test_antipyretic_and_diuretic_and_albumin_do_what_they_are_for(new_batch):
    hot = new_batch()
    hot.add("il2_central", 1.8e5)
    cool = new_batch()
    cool.add("il2_central", 1.8e5)
    hot.advance(5 * HOUR)
    cool.advance(5 * HOUR, {"acetaminophen": 1.0})
    fever = [b.observe(["fever"])["fever"][0] for b in (hot, cool)]
    assert 0.3 < fever[1] / fever[0] < 0.7
    dry = new_batch(2)
    dry.advance(1.0, {"diuretic": np.array([0.0, 1.0])})
    urine = dry.observe(["urine_total"])["urine_total"]
    assert urine[1] > urine[0] + 0.5
    fed = new_batch(2)
    fed.advance(1.0, {"albumin_rate": np.array([0.0, 25.0])})
    level = fed.observe(["albumin"])["albumin"]
    assert level[1] > level[0] + 0.1


def test_bright_nk_cells_carry_the_low_dose_response(new_batch, low):
    assert rise(low, "NK_bright") > 8
    doses = [float(d) for d in range(84)]
    course = treat(
        new_batch(NK_bright_growth=1e-9),
        doses,
        until=84.0,
        iu_per_kg=1e6 * BSA / 75,
        route="sc",
        often_until=84.0,
    )
    assert rise(course, "NK") < 1.3


def test_sepsis_kills_and_antibiotics_save(new_batch, high):
    """The six treatment deaths of melanoma in the approval data were of sepsis (Atkins 1999)."""
    protected = treat(new_batch(), high_dose(1), until=13.0, orders={"antibiotic_prophylaxis": 1.0})
    spared = treat(new_batch(sepsis_lethality=0.0), high_dose(1), until=13.0)
    risk = [c["treatment_death_hazard"][-1, 0] for c in (high, protected, spared)]
    assert 0.005 < risk[0] < 0.04
    assert risk[1] < 0.5 * risk[0]
    assert risk[2] < 0.5 * risk[0]


def test_a_fast_heart_has_a_ceiling(new_batch):
    """Two hearts at rest 40 beats apart are closer together under the drug (Lee 1989: SD alike)."""
    course = treat(new_batch(HR_0=np.array([50.0, 90.0])), high_dose(1), until=5.0)
    rate = course["heart_rate"][course["time"] > 3].max(axis=0)
    assert rate[1] - rate[0] < 35
    assert rate.max() < 150


def test_a_little_leak_spares_the_kidney(new_batch):
    """The renal capsule gives way to the first swelling; pressure kept, so that leak acts alone."""
    calm = {"nitric_oxide_production": 1e-9}
    courses = [
        treat(new_batch(permeability_rise=rise, **calm), high_dose(1), until=13.0)
        for rise in (0.2, 1.6)
    ]
    mild, severe = ((c["permeability"].max(), c["kidney_injury"].max()) for c in courses)
    assert mild[1] / severe[1] < 0.75 * mild[0] / severe[0]


def test_platelets_rebound_as_the_marrow_answers_late(new_batch):
    course = treat(new_batch(), high_dose(1), until=30.0)
    platelets, start = course["platelets"][:, 0], course["platelets"][0, 0]
    lowest = course["time"][np.argmin(platelets)]
    assert platelets[course["time"] > lowest].max() > 1.01 * start

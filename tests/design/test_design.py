"""Designs of molecules: what the receptors and the drug's fate make of affinity and dose."""

import numpy as np
import pytest

from aldesim.design import (
    EFFECTS,
    DoseResponse,
    candidates,
    dose_at,
    dose_response,
    effects_at,
    expose,
    first_dose,
    selectivity_map,
    undominated,
    window,
)
from aldesim.design.effects import effect
from aldesim.drug import load_molecule
from aldesim.errors import InputError
from aldesim.regimen import load_regimen

ALDESLEUKIN = load_molecule("aldesleukin")


@pytest.fixture(scope="module")
def low_dose():
    return load_regimen("subcutaneous_low_dose")


@pytest.fixture(scope="module")
def bolus():
    return load_regimen("single_bolus")


@pytest.fixture(scope="module")
def bolus_map(bolus):
    return selectivity_map(bolus, ALDESLEUKIN, points=7)


def test_first_dose_of_high_dose():
    # 600,000 IU/kg at 16.36 MIU/mg and 15.3 kDa
    assert first_dose(load_regimen("high_dose"), ALDESLEUKIN) == pytest.approx(
        6e5 / 16.36e6 / 15300 * 1e9
    )


def test_a_design_does_not_depend_on_the_others(bolus):
    dose = np.array([10.0, 300.0, 2000.0])
    parameters = {"K_alpha": np.array([1e4, 1e5, 1e6]), "K_beta_gamma": np.full(3, 1700.0)}
    together = expose(bolus, dose, parameters).effects
    alone = expose(bolus, dose[1:2], {n: v[1:2] for n, v in parameters.items()}).effects
    for name in EFFECTS:
        assert together[name][1] == pytest.approx(alone[name][0], rel=1e-12)


def test_oral_does_nothing(bolus):
    oral = bolus.model_copy(update={"route": "oral"})
    oral = type(bolus).model_validate(oral.model_dump())
    found = expose(oral, np.array([1.0, 2000.0]), {}).effects
    assert found["leak"][0] == pytest.approx(found["leak"][1], abs=1e-12)


def test_tighter_beta_gamma_always_signals_more(bolus_map):
    for name in ("signal_CD8", "signal_NK", "leak"):
        signal = bolus_map.effects[name]
        assert (np.diff(signal, axis=0) <= 1e-3 * signal.max()).all(), name


def test_only_cells_with_cd25_see_the_alpha_affinity(bolus_map):
    def span(name):
        signal = bolus_map.effects[name]
        return (signal.max(axis=1) / signal.min(axis=1)).max()

    assert span("signal_NK") < 1.25  # others leave them a little less of the drug
    assert span("signal_Treg") > 2


def test_weak_beta_gamma_prefers_treg(bolus_map):
    ratio = bolus_map.effects["signal_CD8"] / bolus_map.effects["signal_Treg"]
    assert ratio[-1, 0] < 0.5 * ratio[0, -1]


def test_equal_leak_is_equal(bolus):
    found = selectivity_map(bolus, ALDESLEUKIN, equal_leak=True, points=4)
    known = np.isfinite(found.dose)
    assert known.any()
    assert found.effects["leak"][known] == pytest.approx(found.equal_leak)
    # A point at which no dose leaks as much says so.
    assert np.isnan(found.effects["signal_CD8"][~known]).all()


def test_dose_of_the_map_without_alpha_binding_rises_as_beta_gamma_weakens(bolus):
    found = selectivity_map(bolus, ALDESLEUKIN, equal_leak=True, points=4)
    column = found.dose[:, -1]
    column = column[np.isfinite(column)]
    assert (np.diff(column) > 0).all()


def test_response_rises_with_dose(low_dose):
    response = dose_response(low_dose, [ALDESLEUKIN, load_molecule("Fc_IL2_N88D")], doses=9)
    for name in ("signal_Treg", "signal_CD8", "signal_NK", "leak"):
        assert (np.diff(response.effects[name], axis=1) > -2e-3).all(), name


def test_a_treg_mutein_has_more_room_between_treg_and_leak_than_aldesleukin(low_dose):
    response = dose_response(low_dose, [ALDESLEUKIN, load_molecule("Fc_IL2_N88D")])
    aldesleukin, mutein = window(response, "signal_Treg", 0.2, "leak", 0.1)
    assert 1 < aldesleukin.width < mutein.width


def by_hand():
    molecules = (ALDESLEUKIN, load_molecule("nemvaleukin"))
    leak = np.array([[0.0, 0.2, 0.4], [0.0, 0.0, 0.1]])
    gain = np.array([[0.1, 0.5, 0.9], [0.0, 0.0, 0.0]])
    return DoseResponse(molecules, np.array([1.0, 10.0, 100.0]), 10.0, {"leak": leak, "CD8": gain})


def test_dose_between_two_doses_is_interpolated_in_the_logarithm():
    assert dose_at(by_hand(), "leak", 0.1) == pytest.approx([np.sqrt(10), 100])
    assert dose_at(by_hand(), "leak", 0.3)[1] == np.inf


def test_effects_where_no_dose_does_the_harm_are_unknown():
    response = by_hand()
    effects = effects_at(response, dose_at(response, "leak", 0.3))
    assert effects["CD8"][0] == pytest.approx(0.7)
    assert np.isnan(effects["CD8"][1])


def test_window_without_enough_benefit_has_no_width():
    first, second = window(by_hand(), "CD8", 0.5, "leak", 0.4)
    assert (first.enough, first.too_much, first.width) == pytest.approx((10, 100, 10))
    assert np.isnan(second.width)


def test_front_holds_what_no_other_beats():
    benefit = np.array([1.0, 3.0, 2.0, 3.0, 0.5])
    harm = np.array([1.0, 2.0, 3.0, 4.0, 1.0])
    assert undominated(benefit, harm).tolist() == [0, 1]


def test_front_of_candidates(bolus):
    found = candidates(bolus, ALDESLEUKIN)
    gain, cost = found.effects["CD8"], found.effects["leak"]
    best = undominated(gain, cost)
    for k in best:
        beats = (gain > gain[k]) & (cost <= cost[k]) | (gain >= gain[k]) & (cost < cost[k])
        assert not beats.any()


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda r: selectivity_map(r, ALDESLEUKIN, points=2), "points"),
        (lambda r: expose(r, np.array([0.0]), {}), "dose"),
        (lambda r: expose(r, np.full(200_001, 1.0), {}), "designs"),
        (lambda r: effect("harm", "pain"), "harm"),
    ],
)
def test_bad_input_names_the_field(bolus, call, field):
    with pytest.raises(InputError, match=field):
        call(bolus)

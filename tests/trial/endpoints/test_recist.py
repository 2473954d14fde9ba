import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aldesim.errors import InputError
from aldesim.trial.endpoints.recist import RESPONSES, WHO, assess, progression_free

NAN = np.nan
DAYS = [56, 84, 112, 168]


def one(*sld, times=DAYS, baseline=100.0, **kwargs):
    return assess(times[: len(sld)], [sld], [baseline], **kwargs)


@pytest.mark.parametrize(
    ("sld", "responses", "best"),
    [
        # Confirmed and unconfirmed responses (table 3 of RECIST 1.1).
        ((0, 0, 0, 0), "CR CR CR CR", "CR"),
        ((60, 60, 60, 60), "PR PR PR PR", "PR"),
        ((60, 0, 0, 0), "PR CR CR CR", "CR"),
        ((60, 0, 130, 150), "PR CR PD PD", "PR"),
        ((0, 90, 90, 90), "CR PD PD PD", "SD"),
        ((60, 80, 80, 80), "PR PD PD PD", "SD"),
        ((60, 71, 71, 65), "PR SD SD PR", "PR"),
        ((90, 95, 95, 68), "SD SD SD PR", "SD"),
        ((120, 70, 60, 60), "PD PR PR PR", "PD"),
        ((100, 100, 100, 125), "SD SD SD PD", "SD"),
        # At the thresholds: exactly 30 % down, exactly 20 % up.
        ((70, 70), "PR PR", "PR"),
        ((70.1, 70.1), "SD SD", "SD"),
        ((120,), "PD", "PD"),
        ((119.9,), "SD", "SD"),
        # Missing scans and patients never scanned.
        ((60, NAN, 60, NAN), "PR NE PR NE", "PR"),
        ((NAN, NAN, NAN, NAN), "NE NE NE NE", "NE"),
        ((60,), "PR", "SD"),
    ],
)
def test_sequences(sld, responses, best):
    result = one(*sld)
    assert result.response[0].tolist() == responses.split()
    assert result.best[0] == best


def test_progression_needs_5_mm():
    result = one(14.9, 15.1, baseline=20.0)
    assert result.response[0].tolist() == ["SD", "SD"]
    small = one(10, 12.5, 15, baseline=40.0)
    assert small.response[0].tolist() == ["PR", "PR", "PD"]
    assert small.nadir_change_pct[0].tolist() == [-75, 25, 50]


def test_confirmation_needs_4_weeks():
    assert one(60, 60, times=[56, 83]).best[0] == "SD"
    assert one(60, 60, times=[56, 84]).best[0] == "PR"
    # The second scan does not confirm the first, the third does.
    assert one(60, 60, 60, times=[56, 70, 84]).response_day[0] == 56
    assert one(60, 60, times=[56, 70], confirmation_days=0).best[0] == "PR"


def test_stable_disease_needs_8_weeks():
    assert one(100, 130, times=[55, 83]).best[0] == "PD"
    assert one(100, 130, times=[56, 83]).best[0] == "SD"
    assert one(100, times=[55]).best[0] == "NE"
    assert one(100, times=[42], stable_days=42).best[0] == "SD"


def test_a_new_lesion_is_progression_whatever_the_sum():
    result = one(60, 50, 40, 40, new_lesion=[[False, False, True, True]])
    assert result.response[0].tolist() == ["PR", "PR", "PD", "PD"]
    assert (result.best[0], result.progression_day[0]) == ("PR", 112)
    assert result.progression_by[0] == "new lesion"
    gone = one(0, 0, 0, 0, new_lesion=[[True, True, True, True]])
    assert gone.best[0] == "PD"
    both = one(130, new_lesion=[[True]])
    assert both.progression_by[0] == "target"
    assert one(60, 60).progression_by[0] == ""


def test_no_complete_response_while_a_new_lesion_is_there():
    result = one(0, 0, 0, 0, new_lesion=[[False, True, False, False]])
    assert result.response[0].tolist() == ["CR", "PD", "CR", "CR"]
    assert result.best[0] == "SD"  # the response was not confirmed before the new lesion


def test_a_new_lesion_on_a_scan_not_made_does_not_count():
    assert one(NAN, 60, 60, new_lesion=[[True, False, False]]).best[0] == "PR"


def test_new_lesions_of_another_shape_are_refused():
    with pytest.raises(InputError, match="new_lesion"):
        one(60, 60, new_lesion=[[True]])


def test_days():
    result = one(90, 65, 40, 60)
    assert result.response_day[0] == 84
    assert result.progression_day[0] == 168
    assert result.best_change_pct[0] == -60
    assert one(130, 40).best_change_pct[0] == 30
    assert np.isnan(one(60).response_day[0])


def test_death_ends_scanning():
    result = assess(DAYS, np.full((3, 4), 60.0), [100] * 3, [100, 30, NAN])
    assert result.response[0].tolist() == ["PR", "PR", "NE", "NE"]
    assert result.best.tolist() == ["PR", "NE", "PR"]
    assert result.last_scan_day.tolist()[::2] == [84, 168]
    time, event = progression_free(result, [100, 30, NAN])
    assert time.tolist() == [100, 30, 168]
    assert event.tolist() == [True, True, False]


def test_progression_before_death_and_no_scan_at_all():
    result = assess(DAYS, [[130] * 4, [NAN] * 4], [100, 100])
    time, event = progression_free(result, [200, NAN])
    assert time.tolist() == [56, 0]
    assert event.tolist() == [True, False]


def test_own_scan_days():
    result = assess([[56, 84], [60, 80]], [[60, 60], [60, 60]], [100, 100])
    assert result.best.tolist() == ["PR", "SD"]


def test_a_patient_without_baseline_is_not_evaluable():
    result = assess(DAYS, [[50] * 4, [50] * 4, [0] * 4], [NAN, 100, 0])
    assert result.best.tolist() == ["NE", "PR", "NE"]
    assert np.isnan(result.change_pct[0]).all()


def test_no_scans_and_no_patients():
    assert assess([], np.empty((2, 0)), [50, 60]).best.tolist() == ["NE", "NE"]
    assert assess(DAYS, np.empty((0, 4)), []).best.size == 0


sums = arrays(
    float, (6, 5), elements=st.one_of(st.just(0.0), st.just(NAN), st.floats(5, 300, width=16))
)


@given(sums, arrays(float, 6, elements=st.floats(10, 300, width=16)))
def test_properties(sld, baseline):
    times = np.array([42, 63, 91, 140, 200.0])
    result = assess(times, sld, baseline)
    assert set(result.response.ravel()) <= set(RESPONSES)
    assert ((result.response == "NE") == np.isnan(sld)).all()
    objective = np.isin(result.best, ["CR", "PR"])
    assert (objective == np.isfinite(result.response_day)).all()
    assert (result.best_change_pct[objective] <= -30).all()
    assert (result.best_change_pct[result.best == "CR"] == -100).all()
    assert (
        result.response_day[objective] < np.nan_to_num(result.progression_day[objective], nan=1e9)
    ).all()
    assert np.isfinite(result.progression_day[result.best == "PD"]).all()
    # Nobody's response depends on the neighbours, nor on the unit of length beyond the 5 mm rule.
    for i in range(6):
        alone = assess(times, sld[i : i + 1], baseline[i : i + 1])
        assert alone.best[0] == result.best[i]
    # Later scans never change what was assessed before.
    early = assess(times[:3], sld[:, :3], baseline)
    assert (early.response == result.response[:, :3]).all()


@pytest.mark.parametrize(
    ("times", "sld", "baseline", "field"),
    [
        ([56, 56], [[1, 1]], [1], "times"),
        ([56], [[1, 1]], [1], "times"),
        ([56, 84], [1, 1], [1], "sld"),
        ([56, 84], [[1, -1]], [1], "sld"),
        ([56, 84], [[1, 1]], [-1], "baseline"),
    ],
)
def test_bad_input(times, sld, baseline, field):
    with pytest.raises(InputError, match=field):
        assess(times, sld, baseline)


def test_who_criteria_count_products():
    # A lesion of 10 mm: 7.1 mm is a fall of the product by half, 7.2 mm is not.
    half = one(50.4, 50.4, criteria=WHO)
    assert half.response[0].tolist() == ["SD", "SD"]
    assert one(49.0, 49.0, criteria=WHO).best[0] == "PR"
    # A quarter more than the smallest product is progression, without a least growth.
    assert one(124.0, criteria=WHO).response[0].tolist() == ["SD"]
    assert one(10.0, 12.5, criteria=WHO).response[0].tolist() == ["PR", "PD"]

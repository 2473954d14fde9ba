"""Signs that a chart makes of what is read, and the rows of the rule sets that they set off."""

import numpy as np
import pytest

from aldesim.care import HOLD, STOP_CYCLE, STOP_FOR_GOOD, decide, load_rules
from aldesim.model import load
from aldesim.trial.signs import CHARTED_ONLY, READ, Chart

NOBODY = np.zeros(1, dtype=bool)
EVENTS = dict.fromkeys(("arrhythmia", "sustained_VT", "ischaemia", "infection"), NOBODY)


@pytest.fixture(scope="module")
def rest():
    """What is read of the nominal patient at rest."""
    return load().batch({}, 1).observe([*READ, *CHARTED_ONLY])


class Bed:
    """One patient whose true signs are on the chart at once."""

    def __init__(self, rest):
        self.rest, self.hour = rest, 0
        self.chart = Chart(rest)
        self.look(arriving=True)

    def look(self, hours=0, arriving=False, **changes):
        self.hour += hours
        seen = self.rest | {name: np.array([float(v)]) for name, v in changes.items()}
        here = ~NOBODY
        return self.chart.look(self.hour / 24, seen, EVENTS, np.zeros(1), here, here & arriving)

    def verdict(self, rules, signs):
        """Action and rows in force at the next dose."""
        now = self.chart.decision_signs(self.hour / 24, signs)
        found = decide(load_rules(rules), now, None, self.hour / 24, 1)
        rows = np.array(found.rules.ids)[found.reasons[0]].tolist()
        return int(found.action[0]), rows


def test_nobody_is_held_at_rest(rest):
    for rules in ("label_legacy", "label_plr", "cwg_2014", "community_2015", "til_2024"):
        assert Bed(rest).verdict(rules, Bed(rest).look()) == (0, [])


@pytest.mark.parametrize(
    ("signs", "row", "action"),
    [
        ({"bicarbonate": 18}, "RENAL-REL", HOLD),
        ({"dyspnoea": 1.5}, "LUNG-REL", HOLD),
        ({"diarrhoea": 3.0}, "GUT-REL", HOLD),
        ({"vomiting": 1.5}, "GUT-ABS", STOP_CYCLE),
    ],
)
def test_practice_rows_that_symptoms_and_bicarbonate_set_off(rest, signs, row, action):
    bed = Bed(rest)
    assert bed.verdict("cwg_2014", bed.look(8, **signs)) == (action, [row])
    milder = {"bicarbonate": 19, "dyspnoea": 1.4, "diarrhoea": 2.9, "vomiting": 1.4}
    still = Bed(rest)
    assert still.verdict("cwg_2014", still.look(8, **milder)) == (0, [])


def test_two_shifts_with_a_litre_of_diarrhoea_stop_the_cycle(rest):
    bed = Bed(rest)
    for _ in range(8):
        signs = bed.look(1, diarrhoea=3.0)
    assert signs["diarrhoea_shifts_of_1L"] == 1
    bed.look(8, diarrhoea=0)
    signs = bed.look(8, diarrhoea=3.1)
    assert bed.verdict("cwg_2014", signs)[1] == ["GUT-REL", "GUT-ABS"]
    assert bed.look(216, arriving=True)["diarrhoea_shifts_of_1L"] == 0


@pytest.mark.parametrize("rules", ["label_legacy", "label_plr"])
def test_acidosis_makes_a_creatinine_of_4_a_hold(rest, rules):
    bed = Bed(rest)
    assert bed.verdict(rules, bed.look(8, creatinine=4.2)) == (0, [])
    assert bed.verdict(rules, bed.look(1, creatinine=4.2, bicarbonate=17)) == (HOLD, ["HOLD-07"])


def test_a_toxic_psychosis_of_more_than_two_days_ends_treatment(rest):
    bed = Bed(rest)
    for _ in range(48):
        signs = bed.look(1, confusion=2.1)
    assert bed.verdict("label_plr", signs)[1] == ["HOLD-05"]
    action, rows = bed.verdict("label_plr", bed.look(1, confusion=2.1))
    assert action == STOP_FOR_GOOD
    assert "DISC-07" in rows
    assert bed.look(1, confusion=1.9)["hours_toxic_psychosis"] == 0

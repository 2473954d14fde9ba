import numpy as np
import pytest

from aldesim.care import (
    GIVE,
    HOLD,
    STOP_CYCLE,
    decide,
    explain,
    load_rules,
    rule_set_names,
)
from aldesim.errors import InputError

HEADER = "id: mine\nname: Mine\ndescription: Test.\nversion: '1'\nrules:\n"
ROW = """\
  - id: R1
    system: renal
    title: creatinine
    text: Hold above 3.
    action: hold
    when: {sign: creatinine, above: 3}
    resume: {sign: creatinine, at_most: 2}
    source: a test
"""


@pytest.fixture
def load(tmp_path):
    def read(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        return load_rules(path)

    return read


def course(rules, values, cycles=None):
    """Actions over 8-hourly slots, given lists of values by sign."""
    memory, out = None, []
    length = len(next(iter(values.values())))
    for k in range(length):
        signs = {name: np.array([v[k]], dtype=float) for name, v in values.items()}
        decision = decide(rules, signs, memory, k / 3, cycles[k] if cycles else 1)
        memory = decision.memory
        out.append(int(decision.action[0]))
    return out, decision


def row(**changes):
    text = ROW
    for field, value in changes.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"    {field}:")]
        text = "\n".join([*lines, f"    {field}: {value}"] if value else lines) + "\n"
    return HEADER + text


def test_shipped_rule_sets_load():
    for name in rule_set_names():
        assert load_rules(name).id == name


def test_unknown_rule_set_lists_the_shelf():
    with pytest.raises(InputError, match=r"on the shelf: .*label_legacy"):
        load_rules("label")


def test_hysteresis(load):
    actions, _ = course(load(row()), {"creatinine": [2.5, 3, 3.1, 2.5, 2, 2.5]})
    assert actions == [GIVE, GIVE, HOLD, HOLD, GIVE, GIVE]


def test_rising_compares_with_the_last_decision(load):
    rules = load(row(when="{sign: creatinine, rising: 0.1}"))
    actions, decision = course(rules, {"creatinine": [2.5, 2.5, 2.6, 2.8, 2.2, 2, 2.05]})
    assert actions == [GIVE, GIVE, GIVE, HOLD, HOLD, GIVE, GIVE]
    assert explain(decision, 0) == ""


def test_rising_remembers_the_last_known_value(load):
    rules = load(row(when="{sign: creatinine, rising: 0.1}"))
    assert course(rules, {"creatinine": [2, np.nan, 2.5]})[0] == [GIVE, HOLD, HOLD]


def test_persistence_of_a_reading_of_the_moment(load):
    rules = load(row(when="{sign: creatinine, above: 3, for_hours: 16}"))
    actions, decision = course(rules, {"creatinine": [3.5, 3.5, 3.5]})
    assert actions == [GIVE, GIVE, HOLD]
    assert explain(decision, 0) == "R1 creatinine: creatinine 3.5 mg/dL (hold above 3 for 16 h)"


def test_duration_counts_from_when_the_sign_is_clear(load):
    rules = load(row(duration_days="1"))
    actions, decision = course(rules, {"creatinine": [3.5, 2, 2, 2.5, 2, 2, 2, 2]})
    assert actions == [HOLD] * 7 + [GIVE]
    _, decision = course(rules, {"creatinine": [3.5, 2, 2]})
    assert explain(decision, 0) == "R1 creatinine: held until resolved for 1 days"


def test_stop_of_a_cycle_ends_with_it(load):
    rules = load(row(action="stop_cycle", resume=""))
    actions, _ = course(rules, {"creatinine": [2, 4, 2, 2, 4]}, cycles=[1, 1, 1, 2, 2])
    assert actions == [GIVE, STOP_CYCLE, STOP_CYCLE, GIVE, STOP_CYCLE]


def test_groups(load):
    group = (
        "{any: [{sign: SBP, below: 80}, "
        "{all: [{sign: SBP, below: 90}, {sign: infection, equals: true}]}]}"
    )
    rules = load(row(when=group, resume="{sign: SBP, at_least: 90}"))
    for pressure, sepsis, action in ((85, 0, GIVE), (85, 1, HOLD), (79, 0, HOLD), (95, 1, GIVE)):
        assert course(rules, {"SBP": [pressure], "infection": [sepsis]})[0] == [action]


def test_not_known_in_groups(load):
    both = "[{sign: SBP, below: 90}, {sign: creatinine, above: 3}]"
    joined = {word: load(row(when=f"{{{word}: {both}}}")) for word in ("all", "any")}
    nan = np.nan
    for word, pressure, creatinine, known in (
        ("all", nan, 2, True),  # false whatever the pressure
        ("all", nan, 4, False),
        ("any", nan, 4, True),  # true whatever the pressure
        ("any", nan, 2, False),
    ):
        _, decision = course(joined[word], {"SBP": [pressure], "creatinine": [creatinine]})
        assert decision.not_known[0, 0] != known
        assert decision.action[0] == (GIVE if (word, creatinine) == ("all", 2) else HOLD)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"when": "{sign: creatinin, above: 3}"},
            "rules[R1].when.sign = 'creatinin': unknown sign",
        ),
        ({"when": "{sign: creatinin, above: 3}"}, "did you mean creatinine"),
        ({"when": "{sign: creatinine}"}, "a comparison needs exactly one of above, below"),
        ({"when": "{sign: creatinine, above: 3, below: 4}"}, "exactly one of above, below"),
        ({"when": "{sign: creatinine, abov: 3}"}, "rules[R1].when.abov = 3: unknown field; the"),
        (
            {"when": "{sign: creatinine, above: high}"},
            "rules[R1].when.above = 'high': must be a val",
        ),
        (
            {"when": "{sign: creatinine, above: .nan}"},
            "rules[R1].when.above = nan: must be a finite",
        ),
        ({"when": "{sign: creatinine, equals: true}"}, "sign creatinine needs a number"),
        ({"when": "{sign: infection, above: 1}"}, "infection needs equals: true or equals: false"),
        ({"when": "{sign: infection, equals: 1}"}, "infection needs equals: true or equals: false"),
        ({"when": "{sign: creatinine, rising: -1}"}, "when.rising = -1: must be greater than or e"),
        ({"when": "{sign: creatinine, above: 3, for_hours: 0}"}, "when.for_hours = 0: must be gre"),
        ({"when": "{all: []}"}, "rules[R1].when.all = '[]'"),
        ({"when": "{above: 3}"}, "exactly one of sign, all, any"),
        ({"when": "{all: [{sign: SBP, above: 3}], above: 3}"}, "a group holds conditions only"),
        ({"when": "{all: [{sign: sbp, above: 3}]}"}, "rules[R1].when.all[0].sign = 'sbp'"),
        ({"when": "{sign: creatinine, fallen: 1}"}, "`fallen` is for resume conditions"),
        ({"resume": ""}, "a hold needs a resume condition"),
        ({"action": "stop_for_good"}, "stop_for_good has no resume condition"),
        ({"action": "pause"}, "rules[R1].action = 'pause': must be 'hold', 'stop_cycle' or 'sto"),
        ({"duration_days": "-1"}, "rules[R1].duration_days = -1: must be greater than or equal to"),
        ({"system": "7"}, "rules[R1].system = 7: must be a valid string"),
        ({"text": ""}, "rules[R1].text = 'missing': this field is required"),
        ({"colour": "red"}, "rules[R1].colour = 'red': unknown field; the fields here are action,"),
    ],
)
def test_malformed_rule(load, changes, said):
    with pytest.raises(InputError) as caught:
        load(row(**changes))
    assert said in str(caught.value)
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


LIMIT = "{id: L1, title: a limit, text: Stop., count: 2, source: a test}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (row(kind="absolute"), "an absolute criterion stops; its action is stop_cycle"),
        (row(kind="relative", action="stop_cycle"), "a relative criterion holds; its action is ho"),
        (row(kind="both"), "rules[R1].kind = 'both': must be 'relative' or 'absolute'"),
        (HEADER + ROW + f"combination: {LIMIT}\n", "combination.count is 2 but only 0 rules are"),
        (
            HEADER + ROW + "max_doses: {id: L1, title: t, text: t, count: 0, source: s}\n",
            "count = 0",
        ),
        (HEADER + ROW + "max_holds: 3\n", "max_holds = 3"),
        (HEADER + ROW + f"max_holds: {LIMIT.replace('L1', 'R1')}\n", "= 'R1': is given twice"),
    ],
)
def test_malformed_kind_or_limit(load, text, said):
    with pytest.raises(InputError) as caught:
        load(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_ones_own_set_with_a_limit(load):
    rules = load(HEADER + ROW + f"max_holds: {LIMIT}\n")
    actions, _ = course(rules, {"creatinine": [4, 1, 4, 1, 1]}, cycles=[1, 1, 1, 1, 2])
    assert actions == [HOLD, GIVE, STOP_CYCLE, STOP_CYCLE, GIVE]
    assert rules.ids == ("R1", "L1")


def test_duplicate_id(load):
    with pytest.raises(InputError, match=r"rules\[R1\].id = 'R1': is given twice"):
        load(HEADER + ROW + ROW)

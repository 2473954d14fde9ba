import pytest

from aldesim.care import diff_rules, load_rules, rule_rows, rule_set_names

LEGACY, PLR = load_rules("label_legacy"), load_rules("label_plr")


def by_id(rules):
    return {row.id: row for row in rule_rows(rules)}


@pytest.mark.parametrize("name", rule_set_names())
def test_every_row_is_printed_with_its_source(name):
    rules = load_rules(name)
    rows = rule_rows(rules)
    assert tuple(row.id for row in rows) == rules.ids
    for row in rows:
        assert row.when
        assert row.resume
        assert row.text
        assert row.source


def test_conditions_in_words_with_units():
    rows = by_id(LEGACY)
    assert rows["HOLD-02"].when == "SBP below 90 mmHg and pressor_rising yes"
    assert rows["HOLD-08"].when == (
        "urine_mL_per_h below 10 mL/h for 16 h and creatinine_rising yes"
    )
    assert rows["HOLD-08"].resume.startswith("(urine_mL_per_h above 10 mL/h and creatinine fallen")
    assert rows["HOLD-09"].resume == "hepatic_failure no for 49 days"
    assert rows["DISC-05"].action == "stop for good"
    assert rows["DISC-05"].resume == "never"
    assert by_id(load_rules("cwg_2014"))["COMB-01"].when == ("3 or more relative criteria at once")


@pytest.mark.parametrize("name", rule_set_names())
def test_a_set_does_not_differ_from_itself(name):
    assert diff_rules(load_rules(name), load_rules(name)) == []


def test_the_two_labels_differ_where_they_should():
    found = {(row.id, row.field): (row.left, row.right) for row in diff_rules(LEGACY, PLR)}
    assert {name for name, _ in found} == {"HOLD-02", "HOLD-03", "HOLD-10"}
    assert found["HOLD-02", "when"] == (
        "SBP below 90 mmHg and pressor_rising yes",
        "SBP below 90 mmHg",
    )
    assert found["HOLD-03", "action"] == ("hold", "stop for good")


def test_rows_of_one_set_only():
    found = diff_rules(load_rules("cwg_2014"), load_rules("community_2015"))
    alone = {row.id: (row.left, row.right) for row in found if row.field == "row"}
    assert set(alone) == {"SKIN-REL", "SKIN-ABS", "PRESS-REL", "MIND-REL", "COMB-02"}
    assert alone["SKIN-REL"] == ("hold: moist_desquamation yes", "")
    assert alone["COMB-02"] == ("", "stop cycle: 3 or more doses held in the cycle")
    mirrored = diff_rules(load_rules("community_2015"), load_rules("cwg_2014"))
    assert {(r.id, r.field, r.right, r.left) for r in mirrored} == {
        (r.id, r.field, r.left, r.right) for r in found
    }

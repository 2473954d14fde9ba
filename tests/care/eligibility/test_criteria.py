import pytest

from aldesim.care.eligibility import ITEMS, criteria_names, load_criteria
from aldesim.errors import InputError

HEADER = "id: mine\nname: Mine\ndescription: Test.\nversion: '1'\ncriteria:\n"
ROW = """\
  - id: C1
    system: kidney
    title: creatinine
    text: Low enough.
    needs: {item: creatinine_mg_per_dL, at_most: 1.5}
    source: a test
"""


def load(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return load_criteria(path)


@pytest.mark.parametrize("name", criteria_names())
def test_shipped_criteria_load_and_name_their_source(name):
    criteria = load_criteria(name)
    assert criteria.id == name
    for row in criteria.criteria:
        assert row.source
        assert row.items <= set(ITEMS)
        assert row.needs.words()


def test_every_subject_of_entry_is_covered_somewhere():
    asked = {i for name in criteria_names() for r in load_criteria(name).criteria for i in r.items}
    not_asked = {"body_weight_kg", "bilirubin_mg_per_dL", "bilirubin_ULN_mg_per_dL"}
    assert set(ITEMS) - asked == not_asked  # these three only enter what is worked out


def test_unknown_name_lists_the_shelf():
    with pytest.raises(InputError, match=r"on the shelf: .*label_legacy"):
        load_criteria("label")


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ("{item: creatinin, at_most: 1}", "did you mean creatinine_"),
        ("{item: ECOG}", "exactly one of above, below, at_least, at_most, equals"),
        ("{item: ECOG, at_most: 1, below: 2}", "exactly one of above"),
        ("{item: ECOG, at_most: low}", "criteria[C1].needs.at_most = 'low': must be a valid num"),
        ("{item: ECOG, equals: true}", "the item ECOG needs a number to compare with"),
        ("{item: pregnant, above: 1}", "the item pregnant needs equals: true or equals: false"),
        ("{item: sex, equals: man}", "the item sex needs equals: female or male"),
        ("{item: sex, equals: true}", "the item sex needs equals: female or male"),
        ("{all: []}", "criteria[C1].needs.all"),
        ("{at_most: 1}", "exactly one of item, all, any"),
        ("{any: [{item: ECOG, at_most: 1}], above: 1}", "a group holds requirements only"),
        ("{itm: ECOG}", "needs.itm = 'ECOG': unknown field; the fields here are above, all"),
    ],
)
def test_malformed_requirement(tmp_path, needs, said):
    text = HEADER + ROW.replace("{item: creatinine_mg_per_dL, at_most: 1.5}", needs)
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    assert said in str(caught.value)
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_malformed_list(tmp_path):
    with pytest.raises(InputError, match=r"criteria\[C1\].id = 'C1': is given twice"):
        load(tmp_path, HEADER + ROW + ROW)
    with pytest.raises(InputError, match=r"criteria\[C1\].level = 'maybe': must be 'required' or"):
        load(tmp_path, HEADER + ROW + "    level: maybe\n")
    with pytest.raises(InputError, match=r"criteria\[C1\].source = 'missing'"):
        load(tmp_path, HEADER + ROW.replace("    source: a test\n", ""))


def test_requirements_in_words():
    rows = {row.id: row.needs.words() for row in load_criteria("cwg_2014").criteria}
    assert rows["CREATININE"] == "serum creatinine 1.6 mg/dL or less"
    assert rows["LUNG"] == "FEV1 above 2 L or FEV1, share of predicted 75 % or more"
    assert rows["STRESS-TEST"] == (
        "cardiac stress test: normal or (age 50 yr or less and history of heart disease: no "
        "and abnormal ECG: no)"
    )

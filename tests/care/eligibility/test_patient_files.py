import builtins
import copy
import json
import sys
from pathlib import Path

import pytest

from aldesim.care.eligibility import ITEMS, load_criteria, read_patient, screen
from aldesim.care.eligibility.coding import factor, meaning
from aldesim.errors import InputError

BUNDLE = Path(__file__).with_name("bundle.json")
LOINC = "http://loinc.org"


@pytest.fixture
def from_yaml(tmp_path):
    def read(text, **options):
        path = tmp_path / "patient.yaml"
        path.write_text(text)
        return read_patient(path, **options)

    return read


@pytest.fixture
def from_bundle(tmp_path):
    """Read the example after a change; `change` gets its entries by resource id."""

    def read(change=lambda bundle, resources: None, **options):
        bundle = json.loads(BUNDLE.read_text())
        change(bundle, {e["resource"]["id"]: e["resource"] for e in bundle["entry"]})
        path = tmp_path / "bundle.json"
        path.write_text(json.dumps(bundle))
        return read_patient(path, **options)

    return read


def test_yaml_patient(from_yaml):
    patient = from_yaml("id: demo\nage_years: 56\nsex: female\nECOG: 1\npregnant: false\n")
    assert patient.id == "demo"
    assert patient.values == {"age_years": 56, "sex": "female", "ECOG": 1, "pregnant": False}
    assert patient.numbers() == {"age_years": 56, "sex": 0, "ECOG": 1, "pregnant": 0}


def test_a_field_left_empty_is_not_known(from_yaml):
    assert from_yaml("ECOG:\nage_years: 50\n").values == {"age_years": 50}


def test_a_complete_history_says_what_is_absent(from_yaml):
    text = "complete_history: true\ndiabetes: true\n"
    patient = from_yaml(text)
    assert patient.values["diabetes"] is True
    assert patient.values["allograft"] is False
    assert "pregnant" not in patient.values  # needs a test
    assert from_yaml("diabetes: true\n", complete_history=True).values == patient.values
    assert "allograft" not in from_yaml("diabetes: true\n").values
    assert "complete" in patient.origins["allograft"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("creatinine: 1.2\n", "patient.yaml: creatinine = 1.2: unknown field; the fields here are"),
        ("age_years: old\n", "age_years = 'old': must be a valid number"),
        ("age_years: 560\n", "age_years = 560: must be less than or equal to 120"),
        ("creatinine_mg_per_dL: 88\n", "creatinine_mg_per_dL = 88: must be less than or equal to"),
        ("ECOG: 1.5\n", "ECOG = 1.5: must be a valid integer"),
        ("ECOG: 5\n", "ECOG = 5: must be less than or equal to 4"),
        ("sex: f\n", "sex = 'f': must be 'female' or 'male'"),
        ("pregnant: no\n", "pregnant = 'no': must be a valid boolean"),
        ("stress_test: done\n", "stress_test = 'done': must be 'normal' or 'abnormal'"),
        ("bilirubin_times_ULN: 1\n", "bilirubin_times_ULN = 1: unknown field"),
        ("- a\n", "must hold `field: value` pairs"),
        ("age_years: 1\nage_years: 2\n", "'age_years' is given twice"),
        ("age_years: [\n", "must be valid YAML"),
    ],
)
def test_malformed_yaml_patient(from_yaml, text, said):
    with pytest.raises(InputError) as caught:
        from_yaml(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_files(tmp_path):
    with pytest.raises(InputError, match=r"must end in .yaml, .yml, or .json"):
        read_patient(tmp_path / "patient.txt")
    for name in ("patient.yaml", "patient.json"):
        with pytest.raises(InputError, match="no such file"):
            read_patient(tmp_path / name)


def test_a_bundle_is_read_with_units_converted_and_origins_kept():
    patient = read_patient(BUNDLE)
    values = patient.values
    assert values["age_years"] == 57  # a day before her birthday
    assert values["sex"] == "female"
    assert values["creatinine_mg_per_dL"] == pytest.approx(106 / 88.4, rel=1e-3)  # the newest
    assert patient.origins["creatinine_mg_per_dL"].endswith("14682-9 Creatinine, 2026-10-02")
    assert values["bilirubin_mg_per_dL"] == pytest.approx(12 / 17.1, rel=1e-3)
    assert values["bilirubin_ULN_mg_per_dL"] == pytest.approx(21 / 17.1, rel=1e-3)
    assert values["ECOG"] == 1
    assert values["FEV1_L"] == 2.6
    assert values["haematocrit_pct"] == 38
    assert values["WBC_1e3_per_uL"] == 6.1
    assert values["PaO2_mmHg"] == pytest.approx(84.0, abs=0.1)
    assert values["diabetes"] is True
    assert values["brain_metastases"] == "none"
    assert values["pregnant"] is False
    assert values["HIV_positive"] is False
    assert values["antihypertensives_last_24h"] is True  # by reference to a Medication
    assert "systemic_steroids" not in values  # one is topical, one over


def test_nothing_is_dropped_in_silence():
    unread = "\n".join(read_patient(BUNDLE).unread)
    for part in (
        "Encounter: 1 not read",
        "Condition/c5: http://snomed.info/sct|37796009 Migraine: code not in the table",
        "Observation/o14: http://loinc.org|718-7 Hemoglobin: code not in the table",
        "Observation/o13: loinc 751-8 Neutrophils in K/uL, understood in 10*3/uL, 10*9/L, /uL",
        "MedicationStatement/m1: rxnorm 5492 hydrocortisone is topical, not systemic",
        "MedicationStatement/m3: rxnorm 8640 prednisone is completed, not counted",
        "Condition/c4: snomed 233604007 Pneumonia is over and says nothing now",
    ):
        assert part in unread
    assert "Renal cell carcinoma" not in unread  # understood, and no criterion


def test_a_bundle_is_screened():
    screening = screen(read_patient(BUNDLE), load_criteria("eu_smpc"))
    by_id = {finding.id: finding for finding in screening.findings}
    assert by_id["BILIRUBIN"].verdict == "met"
    assert "Observation/o3" in by_id["BILIRUBIN"].origin
    assert by_id["ALLOGRAFT"].verdict == "not known"
    assert screening.verdict == "undecided"
    assert screening.unread
    assert [f.id for f in screening.cautions] == ["DIABETES"]


def test_a_complete_history_does_not_reach_past_a_code_nobody_understood(from_bundle):
    patient = from_bundle(complete_history=True)
    assert patient.gaps == {"condition"}  # the migraine
    assert "autoimmune_disease" not in patient.values
    assert patient.values["immunosuppressants"] is False

    def without_migraine(bundle, resources):
        bundle["entry"] = [e for e in bundle["entry"] if e["resource"]["id"] != "c5"]

    patient = from_bundle(without_migraine, complete_history=True)
    assert patient.values["autoimmune_disease"] is False
    assert patient.values["active_infection"] is False


def coded(resource, system, code):
    resource["code"]["coding"] = [{"system": system, "code": code}]


def quantity(value, code):
    return {"value": value, "code": code, "system": "http://unitsofmeasure.org"}


def test_conditions_active_over_and_refuted(from_bundle):
    snomed = "http://snomed.info/sct"

    def change(bundle, resources):
        coded(resources["c4"], snomed, "94225005")  # brain metastases, resolved
        del resources["c3"]["verificationStatus"]  # no longer refuted, and no status at all
        coded(resources["c3"], snomed, "161665007")

    values = from_bundle(change).values
    assert values["brain_metastases"] == "treated_stable"
    assert values["allograft"] is True


def test_a_drug_not_taken_and_an_allergy(from_bundle):
    def change(bundle, resources):
        resources["m3"]["status"] = "not-taken"
        bundle["entry"].append(
            {
                "resource": {
                    "resourceType": "AllergyIntolerance",
                    "id": "a1",
                    "patient": {"reference": "Patient/p1"},
                    "code": {
                        "coding": [
                            {"system": "http://www.whocc.no/atc", "code": "L03AC01"},
                        ]
                    },
                }
            }
        )

    values = from_bundle(change).values
    assert values["systemic_steroids"] is False
    assert values["hypersensitivity"] is True


def test_an_allergy_to_a_drug_is_not_its_use(from_bundle):
    def change(bundle, resources):
        del resources["m3"]["status"]
        resources["m3"] |= {
            "resourceType": "AllergyIntolerance",
            "patient": resources["m3"].pop("subject"),
            "code": resources["m3"].pop("medicationCodeableConcept"),
        }

    patient = from_bundle(change)
    assert "systemic_steroids" not in patient.values
    assert "hypersensitivity" not in patient.values
    assert any("prednisone as AllergyIntolerance is no criterion" in s for s in patient.unread)


def test_a_result_beyond_the_limit_of_measurement_is_reported(from_bundle):
    def change(bundle, resources):
        resources["o3"]["valueQuantity"]["comparator"] = "<"

    patient = from_bundle(change)
    assert "bilirubin_mg_per_dL" not in patient.values
    assert any("is < 12, not a number to compare" in line for line in patient.unread)


def test_age_needs_a_full_date_of_birth(from_bundle):
    def change(bundle, resources):
        resources["p1"]["birthDate"] = "1968"

    patient = from_bundle(change)
    assert "age_years" not in patient.values
    assert "Patient/p1: age not known without a full date of birth" in patient.unread


def test_without_a_timestamp_the_newest_result_is_the_day(from_bundle):
    def change(bundle, resources):
        del bundle["timestamp"]
        resources["p1"]["birthDate"] = "1968-10-04"

    patient = from_bundle(change)
    assert patient.origins["age_years"] == "Patient.birthDate 1968-10-04 on 2026-10-04"
    assert patient.values["age_years"] == 58


def set_at(*path, value):
    def change(bundle, resources):
        place = resources
        for part in path[:-1]:
            place = place[part]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_at("o1", "code", value=None), "Observation[o1].code = 'missing': not FHIR R4"),
        (set_at("o1", "bogus", value=1), "Observation[o1].bogus = 1: not FHIR R4"),
        (set_at("o1", "valueQuantity", "value", value="high"), "Observation[o1].valueQuantity.va"),
        (set_at("p1", "birthDate", value="06/10/1968"), "Patient[p1].birthDate = '06/10/1968'"),
        (
            set_at("o2", "valueQuantity", value=quantity(106, "mg/dL")),
            "Observation/o2: creatinine_mg_per_dL = 106.0: must be a number of 0.1 to 25 mg/dL",
        ),
        (set_at("c1", "resourceType", value="Patient"), "Patient = 2: a bundle must hold exactly"),
        (set_at("p1", "resourceType", value="Person"), "Patient = 0: a bundle must hold exactly"),
        (lambda bundle, _: bundle.update(resourceType="Patient"), "= 'Patient': must be Bundle"),
        (lambda bundle, _: bundle.pop("entry"), "entry = 'NoneType': must be a list of resources"),
        (lambda bundle, _: bundle.update(entry=["x"]), "entry = 'list': must be a list of resour"),
    ],
)
def test_malformed_bundle(from_bundle, change, said):
    with pytest.raises(InputError) as caught:
        from_bundle(change)
    assert said in str(caught.value)
    assert "bundle.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"resourceType": "Patient"}', "", "\x00"])
def test_json_that_is_no_bundle(tmp_path, text):
    path = tmp_path / "bundle.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_patient(path)
    assert "\n" not in str(caught.value)


def test_without_the_package_the_command_is_named(monkeypatch):
    for name in [n for n in sys.modules if n.startswith("fhir.resources")]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__
    monkeypatch.setattr(
        "aldesim.care.eligibility.fhir.import_module",
        lambda name: real("aldesim_has_no_such_module"),
    )
    with pytest.raises(InputError, match=r"pip install 'aldesim\[fhir\]'"):
        read_patient(BUNDLE)


def rows(name):
    import aldesim.care.eligibility.coding as coding

    return copy.deepcopy(coding._rows(name))


def test_tables_of_codes_are_whole():
    seen = set()
    for row in rows("codes.tsv"):
        key = (row["system"], row["code"])
        assert key not in seen
        seen.add(key)
        assert row["source"]
        assert row["display"]
        assert row["match"] in ("exact", "prefix")
        if row["item"]:
            item = ITEMS[row["item"]]
            if item.kind == "number":
                assert row["value"] == ""
                assert row["system"] == "loinc"
            for value in (row["value"], row["resolved"]):
                allowed = item.options if item.kind == "choice" else ("true", "false")
                assert not value or value in allowed
    for row in rows("units.tsv"):
        assert row["item"] in ITEMS
        assert float(row["factor"]) > 0


def test_codes_and_units():
    assert meaning(LOINC, "2160-0").item == "creatinine_mg_per_dL"
    assert meaning("http://hl7.org/fhir/sid/icd-10-cm", "E11.65").item == "diabetes"
    assert meaning("http://hl7.org/fhir/sid/icd-10-cm", "C79.31").value == "active"
    assert meaning("http://www.whocc.no/atc", "H02AB07").item == "systemic_steroids"
    assert meaning(LOINC, "E11") is None
    assert meaning("urn:own", "2160-0") is None
    assert factor("creatinine_mg_per_dL", "umol/L") == pytest.approx(1 / 88.4, rel=1e-3)
    assert factor("creatinine_mg_per_dL", "g") is None

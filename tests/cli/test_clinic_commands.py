"""The clinic's commands, each by itself, from the keyboard's side."""

import pytest
from keyboard import ROOT, assert_one_line, write

PATIENT = """
    id: Mrs Example
    age_years: 54
    ECOG: 0
"""


def test_plan_as_text_and_files(aldesim, tmp_path):
    words = ["plan", "--regimen", "high-dose", "--weight", "82", "--start", "2026-11-30T08:00"]
    code, out, _ = aldesim(*words)
    assert code == 0
    assert "28 doses" in out
    assert "Research use only" in out
    code, out, _ = aldesim(*words, "--csv", "a.csv", "--ics", "a.ics", "--html", "a.html")
    assert code == 0
    assert (tmp_path / "a.csv").read_text().count("\n") == 29
    assert (tmp_path / "a.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert "Research use only" in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--weight", "0", "weight"),
        ("--weight", "-3", "weight"),
        ("--start", "tomorrow", "tomorrow"),
        ("--regimen", "hgih-dose", "hgih"),
        ("--tz", "Mars/Olympus", "Mars"),
        ("--csv", "no/such/a.csv", "no/such"),
    ],
)
def test_bad_plan(aldesim, option, value, word):
    options = {"--regimen": "high-dose", "--weight": "82", "--start": "2026-11-30T08:00"}
    words = [text for pair in (options | {option: value}).items() for text in pair]
    code, _, err = aldesim("plan", *words)
    assert_one_line(code, err, word)


def test_handout(aldesim):
    words = ["plan", "--regimen", "high-dose", "--weight", "82", "--start", "2026-11-30T08:00"]
    code, out, _ = aldesim(*words, "--handout")
    assert code == 0
    assert "care team" in out


def test_screening_verdicts_are_exit_codes(aldesim):
    code, out, _ = aldesim("screen", write("patient.yaml", PATIENT))
    assert code == 3
    assert "Verdict: undecided" in out
    code, out, _ = aldesim(
        "screen", write("patient.yaml", PATIENT + "    creatinine_mg_per_dL: 2.4\n")
    )
    assert code == 1, out
    assert "not met" in out


def test_screening_a_fhir_bundle(aldesim):
    bundle = ROOT / "tests/care/eligibility/bundle.json"
    code, out, _ = aldesim("screen", str(bundle), "--rules", "cwg_2014")
    assert code in (0, 1, 3)
    assert "Verdict" in out


def test_bad_patient_files(aldesim):
    code, _, err = aldesim("screen", write("patient.yaml", PATIENT + "    shoe_size: 43\n"))
    assert_one_line(code, err, "shoe_size")
    code, _, err = aldesim("screen", write("patient.json", "{"))
    assert_one_line(code, err, "patient.json")
    code, _, err = aldesim("screen", "patient.txt")
    assert_one_line(code, err, "patient.txt")


def test_rule_sets_listed_shown_compared(aldesim):
    code, out, _ = aldesim("rules")
    assert code == 0
    assert "cwg_2014" in out
    code, out, _ = aldesim("rules", "show", "label_plr")
    assert "HOLD-02" in out
    code, out, _ = aldesim("rules", "diff", "label_legacy", "label_plr")
    assert "stop for good" in out
    code, _, err = aldesim("rules", "show", "label_2099")
    assert_one_line(code, err, "label_2099", "label_plr")


def test_regimens_are_listed_with_sources(aldesim):
    code, out, _ = aldesim("regimens")
    assert code == 0
    assert "hiv_intermittent" in out


def test_comparison_of_two_rule_sets(aldesim, tmp_path):
    code, out, _ = aldesim(
        *("compare", "high-dose-melanoma", "-n", "12", "--out", "both"),
        *("--vary", "rules", "--among", "label_legacy,community_2015"),
    )
    assert code == 0
    assert "doses" in out.lower()
    assert (tmp_path / "both/comparison.html").exists()
    code, _, err = aldesim("compare", "high-dose-melanoma")
    assert_one_line(code, err)
    code, _, err = aldesim("compare", "high-dose-melanoma", "--vary", "rules")
    assert_one_line(code, err, "--among")

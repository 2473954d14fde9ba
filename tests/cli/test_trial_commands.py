"""What a person at the keyboard sees: one line and exit code 2 for bad input, nothing lost."""

import subprocess
import sys
from pathlib import Path

import pytest
from keyboard import ROOT, assert_one_line, write

SCENARIO = """
    name: mine
    title: Mine
    population: melanoma
    molecule: aldesleukin
    regimen: {regimen}
    rules: label_legacy
    support: inpatient
    patients: 2
    seed: 1
    follow_up_days: 20
    ward_hours_after_last_slot: 72
"""

REGIMEN = """
    id: mine
    name: mine
    description: mine
    molecule: aldesleukin
    route: IV_infusion
    source: mine
    cycles:
      - doses:
          - {{day: 1, count: 2, every_hours: 8, amount: {amount}, unit: {unit}, minutes: 15}}
"""


def short_trial():
    """Path of a scenario of two doses and twenty days."""
    write("regimen.yaml", REGIMEN.format(amount=600000, unit="IU/kg"))
    return write("scenario.yaml", SCENARIO.format(regimen="regimen.yaml"))


def test_scenarios_are_listed(aldesim):
    code, out, _ = aldesim("scenarios")
    assert code == 0
    assert "high-dose-melanoma" in out
    assert "high-dose-renal-cell" in out


def test_run_prints_a_summary_and_where_the_report_lies(aldesim):
    code, out, _ = aldesim("run", "high-dose-melanoma", "-n", "6", "--out", "here")
    assert code == 0
    assert "Doses given, median" in out
    assert "Research use only" in out
    assert Path("here/report.html").stat().st_size > 1_000_000


def test_run_over_draws_of_the_posterior_says_what_its_intervals_hold(aldesim):
    short = short_trial()
    code, out, _ = aldesim("run", short, "-n", "4", "--posterior", "3", "--out", "here")
    assert code == 0
    assert "12" in out and "3 of the" in out
    page = Path("here/report.html").read_text("utf-8")
    assert "left open" in page and "Its part of the variance" in page
    assert "not the uncertainty of the model" not in page
    code, _, err = aldesim("run", short, "--posterior", "1")
    assert_one_line(code, err, "posterior", "draws", "must be within 2 and")


def test_records_of_doses_given(aldesim):
    aldesim("run", short_trial(), "--out", "here")
    code, out, _ = aldesim("records", "here", "--time", "h", "--amount", "mg")
    assert code == 0
    units, header, first, *_ = out.splitlines()
    assert "TIME h" in units
    assert "AMT mg" in units
    row = dict(zip(header.split(","), first.split(","), strict=True))
    assert (row["ID"], float(row["TIME"]), row["EVID"]) == ("0", 0, "1")
    assert float(row["AMT"]) / float(row["RATE"]) == pytest.approx(0.25)  # 15 minutes
    code, _, err = aldesim("records", "elsewhere")
    assert_one_line(code, err, "elsewhere", "no run")
    code, _, err = aldesim("records", "here", "--out", "no/such/place.csv")
    assert_one_line(code, err, "no/such/place.csv")


def test_unknown_scenario(aldesim):
    code, _, err = aldesim("run", "low-dose-lymphoma")
    assert_one_line(code, err, "low-dose-lymphoma", "high-dose-melanoma")


def test_unknown_command_option_and_type(aldesim):
    for arguments in (["rnu"], ["run"], ["run", "x", "--pateints", "3"], ["run", "x", "-n", "ten"]):
        code, _, err = aldesim(*arguments)
        assert_one_line(code, err)


def test_no_patients(aldesim):
    code, _, err = aldesim("run", "high-dose-melanoma", "--patients", "0")
    assert_one_line(code, err, "patients = 0", "within 1")


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        ("-600000", "IU/kg", ("amount = -600000", "greater than 0")),
        (".nan", "IU/kg", ("amount", "finite")),
        ("600000", "IU/lb", ("unit = 'IU/lb'", "IU/kg")),
        ("many", "IU/kg", ("amount = 'many'", "number")),
    ],
)
def test_bad_dose(aldesim, amount, unit, words):
    write("mine.yaml", REGIMEN.format(amount=amount, unit=unit))
    code, _, err = aldesim("run", write("trial.yaml", SCENARIO.format(regimen="mine.yaml")))
    assert_one_line(code, err, "mine.yaml", *words)


def test_malformed_yaml_names_the_line(aldesim):
    code, _, err = aldesim("run", write("trial.yaml", "name: mine\ntitle: [open\n"))
    assert_one_line(code, err, "trial.yaml", "line")


def test_missing_file(aldesim):
    code, _, err = aldesim("run", "nowhere.yaml")
    assert_one_line(code, err, "nowhere.yaml", "no such file")


def test_unknown_field_and_parameter(aldesim):
    text = SCENARIO.format(regimen="high_dose")
    code, _, err = aldesim("run", write("trial.yaml", text + "    dose: 3\n"))
    assert_one_line(code, err, "dose", "unknown field")
    code, _, err = aldesim("run", write("trial.yaml", text + "    parameters: {charm: 1.0}\n"))
    assert_one_line(code, err, "charm", "not a parameter")


def test_impossible_parameters(aldesim):
    for parameters, words in {
        "{body_weight: 0.0}": ("body_weight = 0", "covariate"),
        "{CL_0: .nan}": ("CL_0", "finite"),
        "{K_alpha: -1.0}": ("K_alpha = -1", "0 or more"),
        "{K_alpha: 0.0}": ("K_alpha", "finite value"),
    }.items():
        text = SCENARIO.format(regimen="high_dose") + f"    parameters: {parameters}\n"
        code, _, err = aldesim("run", write("trial.yaml", text))
        assert_one_line(code, err, *words)


def test_weightless_population(aldesim):
    shelf = ROOT / "aldesim/population/catalogue/melanoma.yaml"
    text = shelf.read_text().replace("mean: 74, sd: 16", "mean: 0, sd: 16")
    write("light.yaml", text)
    text = SCENARIO.format(regimen="high_dose").replace(": melanoma", ": light.yaml")
    code, _, err = aldesim("run", write("trial.yaml", text))
    assert_one_line(code, err, "light.yaml", "body_weight", "mean = 0")


def test_records_of_a_planned_regimen(aldesim):
    code, out, _ = aldesim("records", "high_dose", "--weight", "80", "--time", "h")
    units, _, first, second = out.splitlines()
    assert code == 0 and "TIME h" in units
    assert first == "0,0.0,48000000.0,192000000.0,1,2,8.0,13"  # 600,000 IU/kg in 15 min, 14 times
    assert second == first.replace("0,0.0", "0,336.0")
    code, _, err = aldesim("records", "continuous_infusion", "--weight", "80")
    assert_one_line(code, err, "height", "m2")
    code, _, err = aldesim("records", "high_dose", "--weight", "8000")
    assert_one_line(code, err, "weight", "within")


def test_folder_of_another_scenario(aldesim):
    aldesim("run", short_trial(), "--out", "here")
    before = Path("here/patients.parquet").read_bytes()
    code, _, err = aldesim("run", "high-dose-renal-cell", "-n", "2", "--out", "here")
    assert_one_line(code, err, "here", "another run", "mine")
    assert Path("here/patients.parquet").read_bytes() == before


def test_help_imports_nothing_heavy():
    code = "import sys, aldesim.cli; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "sympy", "polars", "plotly", "pydantic", "llvmlite", "scipy", "libsbml"}
    assert heavy.isdisjoint(out.stdout.split())


def test_molecules_are_listed_and_shown_with_sources(aldesim):
    code, out, _ = aldesim("molecules")
    assert code == 0
    assert "aldesleukin" in out
    code, out, _ = aldesim("molecules", "aldesleukin")
    assert "16.36 MIU/mg" in out
    code, _, err = aldesim("molecules", "aldesleukine")
    assert_one_line(code, err, "aldesleukine", "native_IL2")


def test_potency_of_a_plate(aldesim):
    lines = ["sample,well,replicate,dose_IU_per_mL,response"]
    for row, (sample, potency) in enumerate((("reference", 1.0), ("lot 7", 0.8))):
        for step in range(10):
            for series, wobble in enumerate((0.99, 1.0, 1.01)):
                dose = 20 / 2**step
                reading = 0.1 + 1.9 / (1 + (0.8 / (dose * potency)) ** 1.3)
                well = f"{'ABCDEF'[3 * row + series]}{step + 1}"
                lines.append(f"{sample},{well},{series},{dose},{reading * wobble:.4f}")
    code, out, _ = aldesim("potency", write("plate.csv", "\n".join(lines) + "\n"))
    assert code in (0, 1), "valid or not, but judged"
    assert "lot 7" in out
    assert "80" in out
    code, _, err = aldesim("potency", write("plate.csv", "sample,well,dose_IU_per_mL\na,B1,1\n"))
    assert_one_line(code, err, "plate.csv", "response")

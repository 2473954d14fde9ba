"""How long the clinic takes to decide, screen and plan, beside one pass over the same numbers.

    python benchmarks/clinic.py

Prints the time of one dose decision for 100,000 patients under each rule set, of screening 100,000
candidates, and their ratio to sorting one column of the same length; then the time of a whole
`aldesim screen` and `aldesim plan` as processes.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from aldesim.care import decide, load_rules, rule_set_names, start_memory
from aldesim.care.eligibility import load_criteria, screen_many

PATIENTS = 100_000
REPEATS = 5
WELL = {
    "SBP": 120.0,
    "MAP": 90.0,
    "heart_rate": 80.0,
    "SpO2": 97.0,
    "creatinine": 1.0,
    "bilirubin": 0.6,
    "urine": 60.0,
    "platelets": 250.0,
    "temperature": 37.0,
    "confusion_grade": 1.0,
    "weight_gain_pct": 3.0,
}


def seconds(what: Callable[[], object]) -> float:
    """Shortest of a few runs, s."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        what()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    generator = np.random.default_rng(1)
    signs = {name: v * generator.uniform(0.5, 1.5, PATIENTS) for name, v in WELL.items()}
    unit = seconds(lambda: np.sort(signs["MAP"]))
    print(f"{PATIENTS:,} patients; sorting one column takes {1e3 * unit:.1f} ms")
    for name in rule_set_names():
        rules = load_rules(name)
        memory = start_memory(rules, PATIENTS)
        took = seconds(lambda rules=rules, memory=memory: decide(rules, signs, memory, 0.0))
        print(f"decide by {name:16} {took:.3f} s, {took / unit:.0f} sorts")
    columns = {
        "age": generator.normal(53, 12, PATIENTS),
        "creatinine_0": generator.normal(1.2, 0.3, PATIENTS),
        "FEV1": generator.normal(3, 0.8, PATIENTS),
    }
    criteria = load_criteria("cwg_2014")
    took = seconds(lambda: screen_many(columns, criteria))
    print(f"screen by cwg_2014      {took:.3f} s, {took / unit:.0f} sorts")
    with tempfile.TemporaryDirectory() as folder:
        patient = Path(folder) / "patient.yaml"
        patient.write_text("id: a\nage: 50\nECOG: 0\ncreatinine_0: 1.0\n")
        for words in (
            ["screen", str(patient), "--rules", "label_legacy"],
            ["plan", "--regimen", "high-dose", "--weight", "82", "--start", "2026-11-30T08:00"],
        ):
            command = [sys.executable, "-m", "aldesim.cli", *words]
            took = seconds(lambda c=command: subprocess.run(c, capture_output=True, cwd=folder))
            print(f"aldesim {words[0]:15} {took:.2f} s")


if __name__ == "__main__":
    main()

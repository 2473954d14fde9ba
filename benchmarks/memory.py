"""Memory and time of a run by number of patients: the trial, joining, the report.

    python benchmarks/memory.py [--patients 1000 5000 20000] [--scenario NAME] [--follow-up-days 30]
                                [--workers 2] [--keep FOLDER] [--out FILE]

Each number of patients is a process of its own, so that its peak is its own. Numbers are peaks of
resident memory (MiB) reached by the end of each part; `base` is after the compiled model is loaded
and a run of eight patients with its report. Memory that does not grow with the number of patients
is the aim: a chunk is computed, written, forgotten.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def peak_mib() -> float:
    """Largest resident memory of this process so far."""
    unit = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / unit


def measure(scenario: str, patients: int, follow_up: int, workers: int, place: Path) -> dict:
    """One run, its report, and the peaks on the way."""
    from aldesim.report import summary, write_report
    from aldesim.trial import load_scenario, run

    base = load_scenario(scenario)
    scans = tuple(day for day in base.scan_days if day <= follow_up)
    chosen = base.model_copy(
        update={"follow_up_days": follow_up or base.follow_up_days, "scan_days": scans}
        if follow_up
        else {}
    )
    small = run(chosen, patients=8, out=place / "8", workers=workers)
    write_report(small, small.report)
    found: dict = {"patients": patients, "base": peak_mib()}
    start = time.perf_counter()
    result = run(chosen, patients=patients, out=place / str(patients), workers=workers)
    found |= {"trial": peak_mib(), "trial_seconds": time.perf_counter() - start}
    start = time.perf_counter()
    write_report(result, result.report)
    summary(result)
    found |= {"report": peak_mib(), "report_seconds": time.perf_counter() - start}
    found["disk_mib"] = sum(f.stat().st_size for f in result.folder.rglob("*")) / 2**20
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--patients", type=int, nargs="+", default=[1000, 5000, 20000])
    parser.add_argument("--scenario", default="high-dose-melanoma")
    parser.add_argument("--follow-up-days", type=int, default=30, help="0: the scenario's own")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for the runs; default: thrown away")
    parser.add_argument("--out", type=Path, help="JSON file of the results")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        found = measure(given.scenario, given.one, given.follow_up_days, given.workers, given.keep)
        print(json.dumps(found))
        return
    rows = []
    print(f"{'patients':>9} {'base':>7} {'trial':>7} {'report':>7} MiB   seconds trial, report")
    for patients in given.patients:
        with tempfile.TemporaryDirectory() as temporary:
            words = [sys.executable, __file__, "--one", str(patients)]
            words += ["--scenario", given.scenario, "--workers", str(given.workers)]
            words += ["--follow-up-days", str(given.follow_up_days)]
            words += ["--keep", str(given.keep or temporary)]
            done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
        row = json.loads(done.stdout.splitlines()[-1])
        rows.append(row)
        print(
            f"{patients:>9,} {row['base']:7.0f} {row['trial']:7.0f} {row['report']:7.0f}"
            f"       {row['trial_seconds']:.1f}, {row['report_seconds']:.1f}",
            flush=True,
        )
    if given.out:
        given.out.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

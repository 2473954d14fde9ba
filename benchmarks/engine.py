"""Speed of the engine against other integrators, at equal achieved error.

    python benchmarks/engine.py [--patients 8] [--many 256] [--weeks 8] [--out FILE]

One model, the same patients, the same doses (14 infusions of 15 minutes every 8 hours, then weeks
of follow-up). For each engine the loosest tolerance is sought that brings the error down to the
target, then all engines are timed at theirs, in turn, in one process, in CPU seconds of one core.

The error of a patient is the largest over all times and states of
|y - reference| / max(|reference|, scale/1000); an engine's error is the median over patients.
The reference is rodas5p at 1e-10.
aldesim's time includes making the batch; for the others only the integration is counted.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aldesim.engine import Model

INFUSION_DAYS, SLOT_DAYS, DOSES = 15 / 1440, 1 / 3, 14
TARGETS = (1e-4, 1e-6)


@dataclass(frozen=True)
class Case:
    """A model, its patients, and a course of treatment as (until, infusion rate, observed)."""

    model: Model
    parameters: dict[str, np.ndarray]
    scale: np.ndarray
    course: list[tuple[float, float, bool]]
    infusion: str


def il2_case(patients: int, weeks: int, seed: int) -> Case:
    """The shipped model with patients drawn from the spreads of its parameter table."""
    from aldesim.model import load, parameter_table, state_scales

    model, rng = load(), np.random.default_rng(seed)
    drawn = {}
    for name, p in parameter_table().items():
        z = rng.standard_normal(patients)
        if p.distribution == "lognormal":
            drawn[name] = p.value * np.exp(0.5 * p.spread * z)
        elif p.distribution == "logit-normal":
            drawn[name] = 1 / (1 + np.exp(-0.5 * p.spread * z) * (1 - p.value) / p.value)
    drawn = {name: values for name, values in drawn.items() if name in model.parameters}
    scales = state_scales()
    rate = 600e3 * model.parameters["body_weight"] / 250.308 / INFUSION_DAYS  # 600 kIU/kg, pmol/day
    course = []
    for dose in range(DOSES):
        start = dose * SLOT_DAYS
        course += [(start + INFUSION_DAYS, rate, False), (start + SLOT_DAYS, 0.0, True)]
    end = DOSES * SLOT_DAYS
    course += [(end + 7.0 * (week + 1), 0.0, True) for week in range(weeks)]
    scale = np.array([scales[name] for name in model.states])
    return Case(model, drawn, scale, course, "infusion_rate")


class Aldesim:
    """This engine, one thread."""

    def __init__(self, case: Case, method: str):
        self.name, self._case, self._method = f"aldesim {method}", case, method

    def run(self, patients: int, rtol: float) -> np.ndarray:
        case, model = self._case, self._case.model
        chosen = {name: values[:patients] for name, values in case.parameters.items()}
        scale = dict(zip(model.states, case.scale, strict=True))
        batch = model.batch(chosen, patients, rtol=rtol, scale=scale, method=self._method)
        seen = []
        for until, rate, observed in case.course:
            batch.advance(until, {case.infusion: rate})
            if observed:
                seen.append(np.array(list(batch.observe(model.states).values())).T)
        return np.array(seen).transpose(1, 0, 2)


class Roadrunner:
    """libroadrunner: compiled SBML, CVODE."""

    name = "libroadrunner CVODE"

    def __init__(self, case: Case):
        import roadrunner

        self._case = case
        self._runner = roadrunner.RoadRunner(case.model.sbml)
        self._runner.timeCourseSelections = ["time", *case.model.states]
        self.seconds = 0.0

    def run(self, patients: int, rtol: float) -> np.ndarray:
        runner, case = self._runner, self._case
        runner.integrator.relative_tolerance = rtol
        runner.integrator.absolute_tolerance = list(1e-3 * rtol * case.scale)
        runner.integrator.maximum_num_steps = 1_000_000
        courses, self.seconds = [], 0.0
        for i in range(patients):
            runner.resetAll()
            for name, values in case.parameters.items():
                runner[name] = values[i]
            runner.reset()  # initial values follow the parameters
            seen, last = [], 0.0
            start = time.process_time()
            for until, rate, observed in case.course:
                runner[case.infusion] = rate
                rows = runner.simulate(last, until, 2)
                last = until
                if observed:
                    seen.append(np.array(rows)[-1, 1:])
            self.seconds += time.process_time() - start
            courses.append(seen)
        return np.array(courses)


class Scipy:
    """SciPy's LSODA with the rates as straight-line Python code."""

    name = "SciPy LSODA"

    def __init__(self, case: Case):
        self._case, self._rates = case, python_rates(case.model)
        self.seconds = 0.0

    def run(self, patients: int, rtol: float) -> np.ndarray:
        from scipy.integrate import solve_ivp

        case, courses, self.seconds = self._case, [], 0.0
        inputs = case.model.inputs
        for i in range(patients):
            chosen = {name: values[i] for name, values in case.parameters.items()}
            constants, y = prepared(case.model, chosen)
            seen, last = [], 0.0
            start = time.process_time()
            for until, rate, observed in case.course:
                driven = list((inputs | {case.infusion: rate}).values())
                y = solve_ivp(
                    lambda _, y, driven=driven, constants=constants: self._rates(
                        y.tolist(), constants, driven
                    ),
                    (last, until),
                    y,
                    "LSODA",
                    rtol=rtol,
                    atol=1e-3 * rtol * case.scale,
                ).y[:, -1]
                last = until
                if observed:
                    seen.append(y)
            self.seconds += time.process_time() - start
            courses.append(seen)
        return np.array(courses)


OPERATORS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">",
             "ge": ">=", "eq": "==", "ne": "!=", "and": "and", "or": "or"}  # fmt: skip
SOURCES = {"state": "y", "constant": "c", "input": "u", "parameter": "p"}


def python_code(kernel, args: str) -> Callable:
    """A kernel as a Python function of lists."""
    lines = []
    for k, (operation, *operands) in enumerate(kernel.code):
        values = [f"v{o}" for o in operands]
        if operation == "number":
            value = f"float('{operands[0]!r}')"
        elif operation in SOURCES:
            value = f"{SOURCES[operation]}[{operands[0]}]"
        elif operation in OPERATORS:
            value = f"{values[0]} {OPERATORS[operation]} {values[1]}"
        elif operation == "select":
            value = f"{values[1]} if {values[0]} else {values[2]}"
        elif operation in ("neg", "not"):
            value = f"{'-' if operation == 'neg' else 'not '}{values[0]}"
        elif operation in ("abs", "min", "max"):
            value = f"{operation}({', '.join(values)})"
        else:
            value = f"math.{operation}({', '.join(values)})"
        lines.append(f"  v{k} = {value}")
    outputs = ", ".join(f"v{k}" for k in kernel.outputs)
    space: dict = {"math": math}
    exec(f"def kernel({args}):\n" + "\n".join(lines) + f"\n  return [{outputs}]", space)
    return space["kernel"]


def python_rates(model: Model) -> Callable:
    return python_code(model.program.rates, "y, c, u")


def prepared(model: Model, chosen: dict[str, float]) -> tuple[list[float], np.ndarray]:
    """Constants and initial state of one patient."""
    values = python_code(model.program.prepare, "p")(list((model.parameters | chosen).values()))
    count = model.program.constants
    return values[:count], np.array(values[count:])


def error(found: np.ndarray, reference: np.ndarray, scale: np.ndarray) -> float:
    """Median over patients of the largest relative error."""
    difference = np.abs(found - reference) / np.maximum(np.abs(reference), 1e-3 * scale)
    return float(np.median(difference.max((1, 2))))


def tolerance_for(engine, target: float, reference: np.ndarray, scale: np.ndarray) -> tuple:
    """Loosest tolerance, four to the decade, that reaches the target error."""
    for step in range(25):
        rtol = target * 10 ** (0.5 - step / 4)
        if rtol < 1e-13:
            break
        reached = error(engine.run(len(reference), rtol), reference, scale)
        if reached <= target:
            return rtol, reached
    return None, reached


def seconds_per_patient(engine, patients: int, rtol: float) -> float:
    start = time.process_time()
    engine.run(patients, rtol)
    total = time.process_time() - start
    return getattr(engine, "seconds", total) / patients


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--patients", type=int, default=8, help="patients for the slow engines")
    parser.add_argument("--many", type=int, default=256, help="patients for aldesim")
    parser.add_argument("--weeks", type=int, default=8, help="weeks of follow-up")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved timing rounds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip-scipy", action="store_true")
    parser.add_argument("--out", type=Path, help="write results as JSON")
    options = parser.parse_args()

    case = il2_case(options.many, options.weeks, options.seed)
    exact = Aldesim(case, "rodas5p").run(options.patients, 1e-10)
    engines = [Aldesim(case, "rodas4"), Aldesim(case, "rodas5p"), Roadrunner(case)]
    check = engines[2].run(options.patients, 1e-8)
    print(f"reference against CVODE at 1e-8: {error(check, exact, case.scale):.1e}")
    if not options.skip_scipy:
        engines.append(Scipy(case))

    rows = []
    for target in TARGETS:
        chosen = [(e, *tolerance_for(e, target, exact, case.scale)) for e in engines]
        best = {e.name: math.inf for e in engines}
        for _ in range(options.rounds):
            for engine, rtol, _ in chosen:
                if rtol is None:
                    continue
                count = options.many if isinstance(engine, Aldesim) else options.patients
                if isinstance(engine, Scipy):
                    count = max(1, options.patients // 4)
                took = seconds_per_patient(engine, count, rtol)
                best[engine.name] = min(best[engine.name], took)
        slowest = best[Roadrunner.name]
        print(f"\ntarget error {target:g}")
        print(f"{'engine':22}{'rtol':>10}{'error':>10}{'patients/s/core':>17}{'ratio':>9}")
        for engine, rtol, reached in chosen:
            took = best[engine.name]
            row = {
                "target": target,
                "engine": engine.name,
                "rtol": rtol,
                "error": reached,
                "patients_per_second": 1 / took,
                "ratio_to_roadrunner": slowest / took,
            }
            rows.append(row)
            shown = "none" if rtol is None else f"{rtol:.1e}"
            speed = f"{1 / took:>17.4g}{slowest / took:>9.3g}"
            print(f"{engine.name:22}{shown:>10}{reached:>10.1e}{speed}")
    if options.out:
        states = len(case.model.states)
        about = {"states": states, "weeks": options.weeks, "seed": options.seed, "results": rows}
        options.out.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

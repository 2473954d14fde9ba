"""`aldesim run`, `compare`, `scenarios`, `records`: virtual trials."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import cyclopts

from aldesim.commands.cluster import cluster
from aldesim.commands.terminal import Progress, close, table
from aldesim.errors import InputError

if TYPE_CHECKING:
    from aldesim.regimen.records import AmountUnit, EventRecords, TimeUnit
    from aldesim.trial import TrialResult, Versions


def run(
    scenario: str,
    *,
    patients: Annotated[int | None, cyclopts.Parameter(alias="-n")] = None,
    seed: int | None = None,
    posterior: int | None = None,
    out: Path | None = None,
    workers: int | None = None,
    chunk: int | None = None,
    dask: str | None = None,
) -> int:
    """Run a virtual trial; the same command resumes it after an interruption.

    Parameters
    ----------
    scenario
        A name from `aldesim scenarios`, or a path ending in .yaml.
    patients
        Number of virtual patients (default: the scenario's).
    seed
        Seed of all randomness; the same seed gives the same bits (default: the scenario's).
    posterior
        Treat the patients under each of so many draws of the calibration's posterior (20, say), so
        that intervals hold what is not known of the parameters besides chance.
    out
        Run folder (default: runs/SCENARIO-HASH).
    workers
        Chunks computed at the same time (default: the machine's cores).
    chunk
        Patients per chunk; changes memory and speed, never the result.
    dask
        Address of a Dask scheduler (tcp://HOST:8786) whose workers compute the chunks; they need
        this version of aldesim and must see the run folder.
    """
    from aldesim.trial import run as run_trial

    versions = None if posterior is None else _versions(scenario, posterior)
    with cluster(dask) as executor, Progress("patients") as progress:
        result = run_trial(
            scenario,
            patients=patients,
            seed=seed,
            versions=versions,
            out=out,
            workers=workers,
            chunk=chunk,
            executor=executor,
            progress=progress.show,
        )
    _report(result)
    return 0


def _versions(scenario: str, draws: int) -> "Versions":
    """Versions of the scenario's population that the calibration left open."""
    from aldesim.calibration import posterior_versions
    from aldesim.population import load_population
    from aldesim.trial import load_scenario

    return posterior_versions(load_population(load_scenario(scenario).population), draws)


def _report(result: "TrialResult") -> None:
    """Write the page and the table of endpoints, print the summary and where both lie."""
    from aldesim.report import pick_patients, summary, write_report
    from aldesim.trial.replay import replay
    from aldesim.trial.reported import write_reported

    hourly = replay(result, [pick.id for pick in pick_patients(result)])
    write_report(result, result.report, hourly)
    title = result.manifest["scenario"]["title"]
    table(["", "simulated", "note"], summary(result), title=title)
    close({"Endpoints": write_reported(result), "Report": result.report})


def compare(
    *scenarios: str,
    vary: str | None = None,
    among: str | None = None,
    patients: Annotated[int | None, cyclopts.Parameter(alias="-n")] = None,
    seed: int | None = None,
    out: Path | None = None,
    workers: int | None = None,
    chunk: int | None = None,
) -> int:
    """Compare two or more protocols in the same virtual patients: paired differences.

    `aldesim compare A B`, or one scenario with one field varied:
    `aldesim compare high-dose-melanoma --vary rules --among label_legacy,label_plr`.

    Parameters
    ----------
    scenarios
        Two or more scenarios (the first is the reference), or one with --vary and --among.
    vary
        Field of the scenario that differs between the arms: rules, regimen, support ...
    among
        Its values, separated by commas; the first is the reference.
    patients
        Number of virtual patients (default: the first scenario's).
    seed
        Seed of all randomness (default: the first scenario's).
    out
        Folder (default: runs/compare-LABELS).
    workers
        Chunks computed at the same time (default: the machine's cores).
    chunk
        Patients per chunk; changes memory and speed, never the result.
    """
    from aldesim.report import comparison_rows, write_comparison
    from aldesim.trial import compare as compare_arms
    from aldesim.trial import vary as vary_field
    from aldesim.yamlfile import parse_scalar

    if (vary is None) != (among is None):
        raise InputError("compare", "vary", vary, "needs --among with its values, and the reverse")
    if vary is not None and among is not None:
        if len(scenarios) != 1:
            raise InputError("compare", "scenarios", len(scenarios), "must be 1 with --vary")
        arms = vary_field(scenarios[0], vary, [parse_scalar(word) for word in among.split(",")])
    else:
        arms = list(scenarios)
    with Progress("patients") as progress:
        found = compare_arms(
            arms,
            patients=patients,
            seed=seed,
            out=out,
            workers=workers,
            chunk=chunk,
            progress=progress.show,
        )
    page = write_comparison(found)
    table(["", "difference", "note"], comparison_rows(found))
    close({"Comparison": page})
    return 0


def scenarios() -> int:
    """List the scenarios on the shelf."""
    from aldesim.trial import load_scenario, scenario_names

    found = [load_scenario(name) for name in scenario_names()]
    rows = [(s.name, s.title, f"{s.patients:,}", f"{s.follow_up_days:,}") for s in found]
    table(["scenario", "what it is", "patients", "follow-up, days"], rows)
    return 0


def records(
    source: str,
    *,
    weight: float | None = None,
    height: float | None = None,
    out: Path | None = None,
    time: Literal["day", "h"] = "day",
    amount: Literal["IU", "mg", "pmol"] = "IU",
) -> int:
    """Print doses as NONMEM-style records (ID, TIME, AMT, RATE ...): given in a run, or planned.

    `aldesim records runs/mine` are the doses given to everyone in a finished run, `aldesim records
    high_dose --weight 80` those that a regimen plans for one person, evenly spaced ones in one
    row (II, ADDL).

    Parameters
    ----------
    source
        Run folder; with --weight a regimen: a name on the shelf or a path ending in .yaml.
    weight
        Body weight, kg.
    height
        Body height, cm; for doses per m2.
    out
        CSV file to write (default: print).
    time
        Unit of TIME, from each patient's own first dose.
    amount
        Unit of AMT; RATE is per unit of TIME.
    """
    from aldesim.trial import TrialResult
    from aldesim.trial.given import dose_records

    if weight is None:
        events = dose_records(TrialResult.open(source), time_unit=time, amount_unit=amount)
    else:
        events = _planned(source, weight, height, time, amount)
    if out is None:
        sys.stdout.write(events.csv())
        return 0
    try:
        events.write(out)
    except OSError as error:
        raise InputError("out", "", str(out), f"cannot be written: {error.strerror}") from None
    return 0


def _planned(
    name: str, weight: float, height: float | None, time: "TimeUnit", amount: "AmountUnit"
) -> "EventRecords":
    """Records of the doses that a regimen plans for one person."""
    import numpy as np

    from aldesim.drug import load_molecule
    from aldesim.plan.person import person
    from aldesim.regimen import load_regimen
    from aldesim.regimen.records import event_records, plan_doses

    who, regimen = person(weight, height), load_regimen(name)
    area = who.BSA_m2
    if area is None:
        if any(unit.endswith("/m2") for unit in regimen.slots().unit.tolist()):
            raise InputError("records", "height", None, f"is needed: {regimen.id} doses per m2")
        area = 1.0  # enters no dose
    doses = plan_doses(regimen, np.array([who.weight_kg]), np.array([area]))
    molecule = load_molecule(regimen.molecule)
    return event_records(doses, molecule, time_unit=time, amount_unit=amount, compress=True)

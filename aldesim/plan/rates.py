"""How often each side effect came in a simulated trial: shipped with the program, or from a run."""

import json
import shlex
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim.errors import InputError
from aldesim.yamlfile import read_yaml

SHELF = Path(__file__).with_name("rates")
GRADES = 5
SERIOUS = 3

Count = Annotated[int, Field(ge=0)]


class Rates(BaseModel):
    """Patients of a simulated trial with each side effect, by worst CTCAE grade.

    Parameters
    ----------
    scenario, title : str
        Name of the trial, and in words.
    regimen : str
        Id of the regimen.
    patients : int
        Simulated patients that count: the base of every share.
    seed : int
        Seed of the trial.
    program, identity : str
        Version of the program, and hash of all inputs of the trial.
    remake : tuple of str
        Commands that make this content again.
    doses_planned : int
        Doses of the regimen.
    doses_given_median : float
        Doses given, median.
    pressor : int
        Patients who needed a drug that raises blood pressure.
    treatment_deaths : int
        Patients who died of the treatment.
    terms : dict of str to tuple of int
        By CTCAE term: patients whose worst grade was 1, 2, 3, 4, 5.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: str
    title: str
    regimen: str
    patients: Annotated[int, Field(ge=1)]
    seed: Count
    program: str
    identity: str
    remake: tuple[str, ...]
    doses_planned: Count
    doses_given_median: Annotated[float, Field(ge=0)]
    pressor: Count
    treatment_deaths: Count
    terms: dict[str, Annotated[tuple[Count, ...], Field(min_length=GRADES, max_length=GRADES)]]

    @model_validator(mode="after")
    def _shares(self) -> "Rates":
        for term, counts in self.terms.items():
            if sum(counts) > self.patients:
                raise ValueError(f"{term}: {sum(counts)} of {self.patients} patients")
        return self

    def any_grade(self, term: str) -> float | None:
        """Share of patients with the term; None if the trial does not simulate it."""
        return sum(self.terms[term]) / self.patients if term in self.terms else None

    def serious(self, term: str) -> float | None:
        """Share of patients with the term at grade 3 or more; None if it is not simulated."""
        if term not in self.terms:
            return None
        return sum(self.terms[term][SERIOUS - 1 :]) / self.patients

    def to_yaml(self) -> str:
        """Content of a file that `read_rates` reads."""
        content = self.model_dump(mode="json")
        terms = content.pop("terms")
        text = yaml.safe_dump(content, sort_keys=False, width=100)
        rows = [f"  {name}: {json.dumps(list(counts))}" for name, counts in terms.items()]
        return text + "\n".join(["terms:  # patients by worst grade, 1 to 5", *rows]) + "\n"


def read_rates(path: Path) -> Rates:
    """Rates of a YAML file.

    Raises
    ------
    InputError
        If the file is wrong; names file and field.
    """
    return read_yaml(path, Rates)


@cache
def shipped_rates(regimen: str) -> Rates | None:
    """Rates that come with the program for a regimen, or None; by name, the first of several."""
    for path in sorted(SHELF.glob("*.yaml")):
        found = read_rates(path)
        if found.regimen == regimen:
            return found
    return None


def rates_of_run(folder: str | Path) -> Rates:
    """Rates of a finished run.

    Parameters
    ----------
    folder : path
        Run folder of `aldesim run`.

    Raises
    ------
    InputError
        If the folder holds no finished run.
    """
    import polars as pl

    place = Path(folder)
    try:
        manifest = json.loads((place / "manifest.json").read_text("utf-8"))
        patients = pl.read_parquet(place / "patients.parquet").filter(pl.col("status") == "ok")
        rows = pl.read_parquet(place / "toxicity.parquet")
    except FileNotFoundError:
        raise InputError("run folder", "", str(folder), "holds no finished run") from None
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        allowed = f"cannot be read: {str(error).splitlines()[0]}"
        raise InputError("run folder", "", str(folder), allowed) from None
    if patients.is_empty():
        raise InputError("run folder", "", str(folder), "has no simulated patient that counts")
    scenario = manifest["scenario"]
    rows = rows.filter(pl.col("id").is_in(patients["id"].implode()))
    worst = rows.group_by("id", "term").agg(pl.col("grade").max()).sort("term")
    terms = {
        str(name): tuple(int((part["grade"] == g).sum()) for g in range(1, GRADES + 1))
        for (name,), part in worst.group_by("term", maintain_order=True)
    }
    run = ["aldesim", "run", scenario["name"], "--patients", str(scenario["patients"])]
    run += ["--seed", str(scenario["seed"]), "--out", "RUN"]
    return Rates(
        scenario=scenario["name"],
        title=scenario["title"],
        regimen=manifest["inputs"]["regimen"]["id"],
        patients=patients.height,
        seed=scenario["seed"],
        program=manifest["versions"]["aldesim"],
        identity=manifest["identity"],
        remake=(shlex.join(run), "python -m aldesim.plan RUN"),
        doses_planned=int(patients["doses_planned"].max() or 0),  # type: ignore[arg-type]
        doses_given_median=float(patients["doses_given"].median() or 0),  # type: ignore[arg-type]
        pressor=int(patients["pressor_used"].sum()),
        treatment_deaths=int((patients["death_cause"] == "treatment").sum()),
        terms=terms,
    )

"""What a person takes away from the bedside: the curves as CSV, the setting as files to run."""

import io
import zipfile

import polars as pl
import yaml

from aldesim import model
from aldesim.app.bedside.patient import ONLY, Course
from aldesim.population import Population
from aldesim.population.schema import Choice, Normal, ParameterChange

SET = "Set at the bedside"
HARDLY = 1e-30  # a spread below the last bit, since a population needs one


def csv(course: Course) -> str:
    """Time (days), every sign, and the dose given at each instant (IU or mg), as CSV."""
    unit = course.protocol.amount_unit
    given = {row["time"]: row[f"given_{unit}"] for row in course.doses}
    actions = {row["time"]: row["action"] for row in course.doses}
    days = course.protocol.clock.days[: course.frame.height].tolist()
    frame = course.frame.with_columns(
        pl.Series("time", days),
        pl.Series(f"dose_given_{unit}", [given.get(day, 0.0) for day in days]),
        pl.Series("decision", [actions.get(day, "") for day in days]),
    )
    return frame.fill_nan(None).write_csv(float_precision=6)


def files(course: Course) -> bytes:
    """Scenario, population, regimen and molecule as YAML in a zip, for `aldesim run scenario.yaml`.

    The population holds the patient alone: every covariate and every parameter as it was here.
    """
    scenario = course.protocol.scenario.model_dump(mode="json", exclude_none=True)
    scenario |= {
        "population": "population.yaml",
        "regimen": "regimen.yaml",
        "molecule": "molecule.yaml",
    }
    molecule = course.protocol.molecule.model_dump(mode="json", exclude_none=True)
    regimen = course.protocol.regimen.model_dump(mode="json", exclude_none=True)
    population = population_of(course).model_dump(mode="json", exclude_none=True)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("scenario.yaml", scenario),
            ("population.yaml", population),
            ("regimen.yaml", regimen),
            ("molecule.yaml", molecule),
        ):
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=98)
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return target.getvalue()


def population_of(course: Course) -> Population:
    """Population of this patient alone."""
    virtual = course.protocol.draw(ONLY)
    covariates = {}
    for name, values in virtual.covariates.items():
        if name in ("BSA", "GFR_0"):
            continue
        value = values[0].item()
        if name in ("sex", "lesions"):
            label = str(int(value)) if name == "lesions" else value
            covariates[name] = Choice(distribution="choice", chances={label: 1.0}, source=SET)
        else:
            covariates[name] = Normal(distribution="normal", mean=value, sd=HARDLY, source=SET)
    changes = []
    for row in model.parameter_table().values():
        if row.id in virtual.covariates or row.id in ("GFR_0",):
            continue
        own = virtual.parameters.get(row.id)
        if own is not None:
            value = float(own[0])
        elif row.distribution != "fixed" and row.spread > 0:
            value = row.value
        else:
            continue
        changes.append(ParameterChange(id=row.id, value=value, spread=0.0, source=SET))
    return Population(
        name="bedside",
        title="One patient at the bedside",
        covariates=covariates,
        parameters=tuple(changes),
    )

"""A scenario: everything that defines a virtual trial, as one small YAML file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from aldesim.drug import Molecule
from aldesim.population import Variant
from aldesim.regimen import Regimen
from aldesim.shelf import shelf_file, shelf_names
from aldesim.timeunits import MINUTES_PER_DAY, MINUTES_PER_HOUR
from aldesim.trial.before import Given
from aldesim.yamlfile import read_yaml

CATALOGUE = Path(__file__).with_name("scenarios")

FILES = (".yaml", ".yml", ".csv", ".parquet")

Day = Annotated[int, Field(ge=1, le=36500)]
Hour = Annotated[float, Field(gt=0, le=8760, strict=False)]


def _named(entry: object) -> str:
    return "named" if isinstance(entry, str) else "inline"


Named = Annotated[str, Tag("named")]
AMolecule = Annotated[Named | Annotated[Molecule, Tag("inline")], Discriminator(_named)]
ARegimen = Annotated[Named | Annotated[Regimen, Tag("inline")], Discriminator(_named)]
APopulation = Annotated[Named | Annotated[Variant, Tag("inline")], Discriminator(_named)]


class Scans(BaseModel):
    """Days of tumour scans after the baseline one, evenly spaced to the end of follow-up."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    first_day: Day
    every_days: Day

    def days(self, until: int) -> tuple[int, ...]:
        """Days of the scans, the last not after `until`."""
        return tuple(range(self.first_day, until + 1, self.every_days))


class Reported(BaseModel):
    """What the table of endpoints tells besides what it always tells.

    Attributes
    ----------
    days : tuple of int
        Days on which cells and signs are told.
    hours : tuple of float
        Hours after the first dose at which the level of the drug is told, as a study of its
        kinetics would draw blood.
    signs : tuple of str
        Observables of the model that are kept over time and told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    days: Annotated[tuple[Day, ...], Field(strict=False)] = ()
    hours: Annotated[tuple[Hour, ...], Field(strict=False)] = ()
    signs: Annotated[tuple[str, ...], Field(strict=False)] = ()

    @property
    def minutes(self) -> tuple[int, ...]:
        """When the courses are kept for its sake, minutes from the first dose."""
        days = (day * MINUTES_PER_DAY for day in self.days)
        return (*days, *(round(hour * MINUTES_PER_HOUR) for hour in self.hours))


class Continuation(BaseModel):
    """Doses at home after the courses in hospital, decided by the same rules.

    Attributes
    ----------
    regimen : str
        What is given: a name on the shelf, or a path. It begins again when it has ended.
    who : str
        "responders", in complete or partial response at the last scan, or "not_progressing", who
        have not had progression so far. Nobody who was stopped for good.
    from_day : int, optional
        First day, with a scan; by default that of the evaluation after the last course.
    weeks : int
        Longest duration.
    until : str
        "progression" ends it at the scan that shows one; "weeks" does not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    regimen: str
    who: Literal["responders", "not_progressing"] = "not_progressing"
    from_day: Day | None = None
    weeks: Annotated[int, Field(ge=1, le=520)]
    until: Literal["progression", "weeks"] = "progression"


class Scenario(BaseModel):
    """A virtual trial, ready to run.

    Attributes
    ----------
    name, title, description : str
        What it is called and what it does, in plain words.
    population, molecule, regimen, rules, support : str
        Names on the shelf, or paths of the user's own files, from the folder of this one. A
        molecule or a regimen may also be written out here with the fields of one, a population as
        what differs from the one that it is `based_on`.
    patients : int
        Number of virtual patients.
    seed : int
        Seed of all randomness; the same seed gives the same bits.
    follow_up_days : int
        Days from the first dose to the end of observation.
    ward_hours_after_last_slot : int
        Longest stay in hospital after a cycle's last planned dose, hours; 0 means outpatient.
    scan_days : tuple of int
        Days of tumour scans after the baseline one.
    scans : Scans, optional
        First day and interval of evenly spaced scans, with or instead of `scan_days`.
    measurement : str
        How signs are read: a monitoring schedule on the shelf (`ward`), the path of one's own, or
        `exact` for true values at once.
    screening : str, optional
        Eligibility criteria, on the shelf or the path of one's own: candidates are screened until
        enough are eligible. Without it everyone who is drawn is treated.
    courses : int
        Most courses a patient may have. A further one is given only to those whose tumour shrank
        after the course before, who were not stopped for good, and at least as long after
        discharge as the regimen asks.
    continuation : Continuation, optional
        Doses at home after the last course.
    before : tuple
        What is given before the first dose: cells, chemotherapy (`aldesim.trial.before`).
    reported : Reported
        Days and signs that the table of endpoints tells besides the usual ones.
    parameters : dict
        Model parameters set to one value in every patient, in the model's units.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)]
    title: str
    description: str = ""
    population: APopulation
    molecule: AMolecule
    regimen: ARegimen
    rules: str
    support: str
    patients: Annotated[int, Field(ge=1, le=10_000_000)]
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    follow_up_days: Day
    ward_hours_after_last_slot: Annotated[int, Field(ge=0, le=720)]
    scan_days: Annotated[tuple[Day, ...], Field(strict=False)] = ()
    scans: Scans | None = None
    measurement: str = "ward"
    screening: str | None = None
    courses: Annotated[int, Field(ge=1, le=20)] = 1
    continuation: Continuation | None = None
    before: Annotated[tuple[Given, ...], Field(strict=False)] = ()
    reported: Reported = Reported()
    parameters: dict[str, Annotated[float, Field(allow_inf_nan=False, strict=False)]] = {}

    @property
    def all_scan_days(self) -> tuple[int, ...]:
        """Every planned day of a scan after the baseline one, in order."""
        regular = self.scans.days(self.follow_up_days) if self.scans else ()
        return tuple(sorted({*self.scan_days, *regular}))


def scenario_names() -> list[str]:
    """Names of the scenarios on the shelf, sorted."""
    return shelf_names(CATALOGUE)


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Scenario of that name on the shelf, or of a YAML file.

    Files that it names are looked for from its own folder.

    Raises
    ------
    InputError
        If there is no such scenario, or a field of the file is wrong.
    """
    path = shelf_file("scenario", name_or_path, CATALOGUE)
    found = read_yaml(path, Scenario)
    named = {
        field: _beside(path, value)
        for field in ("population", "molecule", "regimen", "rules", "support", "measurement")
        if isinstance(value := getattr(found, field), str)
    }
    if found.screening is not None:
        named["screening"] = _beside(path, found.screening)
    more = found.continuation
    if more is not None:
        home = _beside(path, more.regimen)
        return found.model_copy(
            update=named | {"continuation": more.model_copy(update={"regimen": home})}
        )
    return found.model_copy(update=named)


def _beside(path: Path, name: str) -> str:
    """A name on the shelf as it is, a file from the folder of the one that names it."""
    return str((path.parent / name).resolve()) if name.lower().endswith(FILES) else name

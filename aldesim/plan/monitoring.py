"""What is watched before, during and after a course; read from YAML."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from aldesim.yamlfile import check_unique, read_yaml

SHELF = Path(__file__).with_name("monitoring")

WHEN = {
    "before": "Before the course",
    "each_day": "Each day of dosing",
    "each_dose": "Before each dose",
    "if": "When there is a reason",
    "after": "After the course",
}


class Check(BaseModel):
    """Something to look at.

    Parameters
    ----------
    id : str
        Key.
    when : str
        "before", "each_day", "each_dose", "if" or "after".
    what, how_often : str
        In plain words.
    source : str
        Where it comes from; "assumed" begins what no source gives.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    when: Literal["before", "each_day", "each_dose", "if", "after"]
    what: str
    how_often: str = ""
    source: str


class Monitoring(BaseModel):
    """All checks of a setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    checks: tuple[Check, ...] = Field(min_length=1)

    def at(self, when: str) -> tuple[Check, ...]:
        """Checks of one time, in order."""
        return tuple(check for check in self.checks if check.when == when)


@cache
def load_monitoring(setting: str) -> Monitoring:
    """Monitoring of a setting, "inpatient" or "outpatient"."""
    path = SHELF / f"{setting}.yaml"
    found = read_yaml(path, Monitoring)
    check_unique(path.name, "checks", [check.id for check in found.checks])
    return found

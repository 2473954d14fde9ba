"""What scans show, as text that a scientist may edit."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from aldesim.yamlfile import read_yaml


class Setting(BaseModel):
    """A number with its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Annotated[float, Field(ge=0)]
    source: str


class Imaging(BaseModel):
    """What a scan shows of a tumour, and how its lesions differ.

    Attributes
    ----------
    target_minimum_mm : Setting
        Smallest diameter of a target lesion at baseline.
    visible_mm : Setting
        Smallest remnant of a target that is seen.
    smallest_reading_mm : Setting
        Diameter that a target seen but too small to measure is given.
    new_lesion_mm : Setting
        Diameter from which a new lesion is beyond doubt.
    reading_cv : Setting
        Coefficient of variation of one diameter read twice.
    size_sd : Setting
        Standard deviation of the logarithm of sizes among a patient's lesions.
    resistance_sd : Setting
        Standard deviation of the logit of the resistant share among a patient's lesions.
    colony_mm : Setting
        Diameter of a colony when `metastasis_hazard` counts it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    target_minimum_mm: Setting
    visible_mm: Setting
    smallest_reading_mm: Setting
    new_lesion_mm: Setting
    reading_cv: Setting
    size_sd: Setting
    resistance_sd: Setting
    colony_mm: Setting


def load_imaging() -> Imaging:
    """What scans show."""
    return read_yaml(Path(__file__).with_name("imaging.yaml"), Imaging)

"""Trial designs: arms, allocation, size, accrual, drop-out, scans and what counts as success.

A design is a small YAML file. Every arm is a scenario, with fields of its own where it differs; all
arms hold the same virtual patients.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim.shelf import shelf_file, shelf_names
from aldesim.trial.scenario import Scans
from aldesim.yamlfile import read_yaml

CATALOGUE = Path(__file__).with_name("catalogue")

Share = Annotated[float, Field(gt=0, lt=1, strict=False)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
TIMES = ("OS", "PFS")
Endpoint = Literal["response", "complete_response", "OS", "PFS"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Arm(_Part):
    """One arm: a scenario of the shelf or a path, and the fields in which the arm differs.

    Attributes
    ----------
    name, title : str
        Key, and words for pages.
    scenario : str
        Name on the shelf or path of a YAML file.
    change : dict
        Fields of the scenario that the arm has differently, such as `rules` or `regimen`.
    ratio : int
        Share of the patients, relative to the other arms.
    """

    name: Name
    title: str = ""
    scenario: str
    change: dict[str, Any] = {}
    ratio: Annotated[int, Field(ge=1, le=10)] = 1


class Stratum(_Part):
    """A covariate by whose classes patients are allocated apart; numbers are cut into classes."""

    covariate: str
    cuts: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _rising(self) -> "Stratum":
        if any(a >= b for a, b in zip(self.cuts, self.cuts[1:], strict=False)):
            raise ValueError("cuts must rise")
        return self


class Allocation(_Part):
    """How patients are put into arms.

    Attributes
    ----------
    blocks : tuple of int
        Sizes of permuted blocks, each as likely; none: every patient by himself.
    strata : tuple of Stratum
        Blocks run apart in every combination of their classes.
    """

    blocks: tuple[Annotated[int, Field(ge=2, le=60)], ...] = ()
    strata: tuple[Stratum, ...] = ()


class Accrual(_Part):
    """When patients come: evenly over some months, then a last stretch of follow-up."""

    months: Annotated[float, Field(ge=0, le=240, strict=False)] = 0.0
    then_follow_months: Annotated[float, Field(gt=0, le=360, strict=False)]


class TwoStageRule(_Part):
    """Simon's two-stage stopping rule; sizes follow from the rates and the errors."""

    kind: Literal["optimal", "minimax"] = "optimal"
    p0: Share
    p1: Share
    alpha: Share = 0.05
    power: Share = 0.80


class Success(_Part):
    """What the trial must show.

    Attributes
    ----------
    endpoint : str
        "response" (CR or PR), "complete_response", "OS" or "PFS".
    alpha : float
        Error of the first kind.
    sided : int
        2, or 1 for a test in favour of the first arm (or above `p0`) alone. With 2 a trial counts
        as a success too only when the first arm is the better one.
    p0 : float
        Single arm: rate that must be exceeded, by the exact binomial test.
    """

    endpoint: Endpoint
    alpha: Share = 0.05
    sided: Literal[1, 2] = 2
    p0: Share | None = None


class Design(_Part):
    """A trial design, ready to be simulated.

    Attributes
    ----------
    name, title, description, source : str
        What it is called and what it is, in plain words, and whose design it is.
    arms : tuple of Arm
        One or more; the first is the experimental one that success is about.
    size : int
        Patients in all arms together; of a two-stage design it follows from `two_stage`.
    follow_up_days : int
        Longest follow-up of a patient.
    accrual : Accrual, optional
        When patients come and when the trial is analysed; without it everyone is followed to
        `follow_up_days`.
    drop_out_per_year : float
        Share of patients lost to follow-up in a year, at a constant rate.
    scans : Scans, optional
        Instead of the scenarios' own scan days.
    allocation, two_stage, success
        See there. A two-stage design is its own success rule.
    pool : int
        Virtual patients that replicates are drawn from.
    knowledge : int, optional
        How many real patients the effect is known from: assurance averages over what such a number
        leaves open.
    seed : int
        Seed of all randomness.
    """

    name: Name
    title: str
    description: str = ""
    source: str = ""
    arms: Annotated[tuple[Arm, ...], Field(min_length=1, max_length=6)]
    size: Annotated[int, Field(ge=2, le=100_000)] | None = None
    follow_up_days: Annotated[int, Field(ge=1, le=36500)]
    accrual: Accrual | None = None
    drop_out_per_year: Annotated[float, Field(ge=0, lt=1, strict=False)] = 0.0
    scans: Scans | None = None
    allocation: Allocation = Allocation()
    two_stage: TwoStageRule | None = None
    success: Success | None = None
    pool: Annotated[int, Field(ge=50, le=1_000_000)] = 1000
    knowledge: Annotated[int, Field(ge=5)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 20261122

    @model_validator(mode="after")
    def _sensible(self) -> "Design":
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError("arms must have names that differ")
        single = len(self.arms) == 1
        if self.two_stage is not None:
            if not single or self.size is not None or self.success is not None:
                raise ValueError(
                    "a two-stage design has one arm, and neither size nor success: both follow"
                )
            return self
        if self.size is None:
            raise ValueError("give size, or two_stage from which it follows")
        if self.success is None:
            raise ValueError("give success, or two_stage which is its own rule")
        if single and (self.success.p0 is None or self.success.endpoint in TIMES):
            raise ValueError("success of a single arm needs p0 and a rate of response")
        if not single and self.success.p0 is not None:
            raise ValueError("success.p0 is for a single arm; arms are compared with each other")
        total = sum(arm.ratio for arm in self.arms)
        if any(block % total for block in self.allocation.blocks):
            raise ValueError(f"allocation.blocks must be multiples of the ratios' sum, {total}")
        return self


def design_names() -> list[str]:
    """Names of the trial designs on the shelf, sorted."""
    return shelf_names(CATALOGUE)


def load_design(name_or_path: str | Path) -> Design:
    """Design of that name on the shelf, or of a YAML file.

    Raises
    ------
    InputError
        If there is no such design, or a field of the file is wrong.
    """
    return read_yaml(shelf_file("design", name_or_path, CATALOGUE), Design)

"""Toxicity grades (CTCAE v5.0) from measured or simulated signs, for many patients at once."""

from collections.abc import Collection, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aldesim.care.conditions import COMPARE
from aldesim.care.signs import SIGNS, is_known
from aldesim.errors import InputError
from aldesim.yamlfile import check_unique, read_yaml

CTCAE = Path(__file__).with_name("ctcae.yaml")
NOT_KNOWN = -1
DECIMALS = 9  # 1.5 times 1.2 is 1.8, as on paper, not a bit less

Positive = Annotated[float, Field(gt=0)]


class Criterion(BaseModel):
    """One way to reach a grade; the words are those of `ctcae.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grade: Annotated[int, Field(ge=1, le=5)]
    sign: str | None = None
    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    equals: bool | float | None = None
    times: Literal["ULN", "LLN", "baseline", "ULN_or_baseline"] | None = None
    minus: Literal["baseline"] | None = None

    @field_validator("sign")
    @classmethod
    def _listed(cls, sign: str) -> str:
        if sign not in SIGNS:
            raise ValueError(f"unknown sign; known: {', '.join(SIGNS)}")
        return sign

    @model_validator(mode="after")
    def _one_comparison(self) -> "Criterion":
        if sum(getattr(self, name) is not None for name in COMPARE) != 1:
            raise ValueError(f"a criterion needs exactly one of {', '.join(COMPARE)}")
        if self.times and self.minus:
            raise ValueError("a criterion is relative by `times` or by `minus`, not both")
        if self.sign and self.needs_baseline:
            raise ValueError("only the term's own sign has a baseline")
        return self

    @cached_property
    def operator(self) -> str:
        """Which comparison."""
        return next(name for name in COMPARE if getattr(self, name) is not None)

    @cached_property
    def needs_baseline(self) -> bool:
        """Whether the threshold depends on the baseline."""
        return self.minus is not None or "baseline" in (self.times or "")


class Term(BaseModel):
    """One adverse event and how it is graded.

    Parameters
    ----------
    id, name, soc : str
        Key, CTCAE term, system organ class.
    sign : str
        The sign it is graded on.
    upper_normal, lower_normal : float, optional
        ULN and LLN, in the unit of the sign.
    criteria : tuple of Criterion
        The highest grade met counts.
    operational, source : str
        Reading of wording that CTCAE leaves open; where the thresholds come from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    soc: str
    sign: str
    upper_normal: Positive | None = None
    lower_normal: Positive | None = None
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    operational: str = ""
    source: str

    @field_validator("sign")
    @classmethod
    def _listed(cls, sign: str) -> str:
        return Criterion._listed(sign)

    @model_validator(mode="after")
    def _limits_given(self) -> "Term":
        relative = {criterion.times for criterion in self.criteria}
        if relative & {"ULN", "ULN_or_baseline"} and self.upper_normal is None:
            raise ValueError("a criterion relative to ULN needs upper_normal")
        if "LLN" in relative and self.lower_normal is None:
            raise ValueError("a criterion relative to LLN needs lower_normal")
        return self

    @cached_property
    def signs(self) -> frozenset[str]:
        """Signs that the grade depends on."""
        return frozenset({self.sign, *(c.sign for c in self.criteria if c.sign)})

    @cached_property
    def needs_baseline(self) -> bool:
        """Whether the grade depends on the patient's baseline."""
        return any(criterion.needs_baseline for criterion in self.criteria)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    terms: tuple[Term, ...] = Field(min_length=1)


class Grading(BaseModel):
    """A set of terms.

    Parameters
    ----------
    version : str
        Which criteria.
    rows : tuple of Term
        The terms, in order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    rows: tuple[Term, ...]

    @cached_property
    def terms(self) -> dict[str, Term]:
        """Terms by id."""
        return {term.id: term for term in self.rows}

    def not_graded(self, signs: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Terms that cannot be graded from these signs, with what they lack."""
        return {
            term.id: tuple(sorted(term.signs - frozenset(signs)))
            for term in self.rows
            if term.signs - frozenset(signs)
        }

    def grades(
        self, signs: Mapping[str, np.ndarray], baselines: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Grade of every term whose signs are all supplied.

        Parameters
        ----------
        signs : mapping of str to ndarray, shape (n,)
            Values now.
        baselines : mapping of str to ndarray, shape (n,)
            Values before treatment.

        Returns
        -------
        dict of str to ndarray of int8, shape (n,)
            By term id; see `grade`.
        """
        return {
            term.id: grade(term, signs[term.sign], baselines.get(term.sign), signs)
            for term in self.rows
            if not term.signs - frozenset(signs)
        }


def grade(
    term: Term | str,
    value: float | np.ndarray,
    baseline: float | np.ndarray | None = None,
    others: Mapping[str, np.ndarray] | None = None,
) -> np.ndarray:
    """Grade of each patient for one term.

    Parameters
    ----------
    term : Term or str
        The term, or its CTCAE id.
    value : float or ndarray, shape (n,)
        The term's own sign.
    baseline : float or ndarray, shape (n,), optional
        The same before treatment; needed where a criterion is relative to it.
    others : mapping of str to ndarray, shape (n,), optional
        Further signs that the term's criteria name.

    Returns
    -------
    ndarray of int8, shape (n,)
        0 to 5; -1 where any value that the grade depends on is not known.

    Raises
    ------
    InputError
        If the term is unknown, or a baseline or a sign it needs is not given.

    Examples
    --------
    >>> from aldesim.care import grade
    >>> grade("platelets_decreased", [160, 149, 74, 49, 24]).tolist()
    [0, 1, 2, 3, 4]
    """
    term = _term(term)
    own = np.atleast_1d(np.asarray(value, dtype=float))
    if term.needs_baseline and baseline is None:
        raise InputError("grade", f"{term.id}.baseline", None, f"{term.name} is graded against it")
    before = np.full_like(own, np.nan) if baseline is None else np.asarray(baseline, dtype=float)
    known = is_known(term.sign, own)
    if term.needs_baseline:
        known = known & ~np.isnan(before)
    worst = np.zeros(own.shape, dtype=np.int8)
    for criterion in term.criteria:
        values = own
        if criterion.sign is not None:
            if others is None or criterion.sign not in others:
                raise InputError("grade", f"{term.id}.{criterion.sign}", None, "must be given")
            values = np.asarray(others[criterion.sign], dtype=float)
            known = known & is_known(criterion.sign, values)
        if criterion.minus is not None:
            values = np.round(values - before, DECIMALS)
        met = COMPARE[criterion.operator](values, _threshold(criterion, term, before))
        worst = np.maximum(worst, np.where(met, np.int8(criterion.grade), np.int8(0)))
    return np.where(known, worst, np.int8(NOT_KNOWN)).astype(np.int8)


def _threshold(criterion: Criterion, term: Term, baseline: np.ndarray) -> float | np.ndarray:
    """Threshold in the unit of the sign."""
    size = float(getattr(criterion, criterion.operator))
    normal = term.upper_normal or np.nan
    if criterion.times is None:
        return size
    unit = {
        "ULN": normal,
        "LLN": term.lower_normal or np.nan,
        "baseline": baseline,
        "ULN_or_baseline": np.maximum(normal, baseline),
    }[criterion.times]
    return np.round(size * unit, DECIMALS)


def _term(term: Term | str) -> Term:
    if isinstance(term, Term):
        return term
    terms = load_grading().terms
    if term not in terms:
        raise InputError("grade", "term", term, f"unknown; CTCAE terms here: {', '.join(terms)}")
    return terms[term]


def read_grading(path: Path) -> Grading:
    """Terms of a YAML file.

    Raises
    ------
    InputError
        If the file is wrong; names file, term and field.
    """
    content = read_yaml(path, _File)
    check_unique(path.name, "terms", [term.id for term in content.terms])
    return Grading(version=content.version, rows=content.terms)


@cache
def load_grading() -> Grading:
    """CTCAE v5.0 terms that come with the program."""
    return read_grading(CTCAE)

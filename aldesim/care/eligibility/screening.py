"""Screening: which criteria a patient meets, for one patient in words or for many in counts.

A comparison is true, false or not known; a group is not known only if what is missing could change
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from aldesim.care.conditions import COMPARE
from aldesim.care.eligibility.criteria import Criteria, Criterion, Requirement
from aldesim.care.eligibility.items import DERIVED, FROM, ITEMS, written
from aldesim.care.eligibility.patient import Patient
from aldesim.errors import InputError

BILIRUBIN_ULN = 1.2  # mg/dL, by convention, where the laboratory gives none

Verdict = Literal["met", "not met", "not known"]
Truth = tuple[np.ndarray, np.ndarray]  # (true, not known), bool, shape (n,)


@dataclass(frozen=True)
class Finding:
    """One criterion, judged.

    Parameters
    ----------
    id, system, title, level : str
        As in the criterion.
    verdict : str
        "met", "not met" or "not known".
    value : str
        What is known of the patient, with units.
    threshold : str
        What is required, with units.
    missing : tuple of str
        Fields of the patient that would have to be known.
    origin : str
        Where the values come from, if the patient's file tells.
    text, operational, note, source : str
        As in the criterion.
    """

    id: str
    system: str
    title: str
    level: str
    verdict: Verdict
    value: str
    threshold: str
    missing: tuple[str, ...]
    origin: str
    text: str
    operational: str
    note: str
    source: str


@dataclass(frozen=True)
class Screening:
    """All criteria of a list, judged for one patient.

    Parameters
    ----------
    patient : str
        Id of the patient.
    criteria : Criteria
        The list.
    findings : tuple of Finding
        In its order.
    unread : tuple of str
        What the patient's file held and nobody read.
    """

    patient: str
    criteria: Criteria
    findings: tuple[Finding, ...]
    unread: tuple[str, ...]

    @property
    def verdict(self) -> Literal["eligible", "not eligible", "undecided"]:
        """Of the required criteria: one not met decides; else one not known leaves it open."""
        verdicts = {f.verdict for f in self.findings if f.level == "required"}
        if "not met" in verdicts:
            return "not eligible"
        return "undecided" if "not known" in verdicts else "eligible"

    @property
    def exit_code(self) -> int:
        """0 eligible, 1 not eligible, 3 undecided (2 is bad input)."""
        return {"eligible": 0, "not eligible": 1, "undecided": 3}[self.verdict]

    @property
    def cautions(self) -> tuple[Finding, ...]:
        """Cautions that are not met: to be weighed, they exclude nobody."""
        return tuple(f for f in self.findings if f.level == "caution" and f.verdict == "not met")


@dataclass(frozen=True)
class Count:
    """How many candidates meet a criterion.

    Parameters
    ----------
    title, level : str
        As in the criterion.
    met, not_met, not_known : int
        Candidates.
    excluded : int
        Candidates whose first criterion not met this is; 0 for a caution.
    """

    title: str
    level: str
    met: int
    not_met: int
    not_known: int
    excluded: int


@dataclass(frozen=True, eq=False)
class Enrolment:
    """Many candidates, screened.

    Parameters
    ----------
    eligible : ndarray of bool, shape (n,)
        Candidates without a required criterion that is not met; not known excludes nobody.
    counts : dict of str to Count
        By id of the criterion, in order.
    """

    eligible: np.ndarray
    counts: dict[str, Count]

    @property
    def assessed(self) -> int:
        """Candidates assessed."""
        return len(self.eligible)

    @property
    def excluded(self) -> int:
        """Candidates excluded."""
        return int(self.assessed - self.eligible.sum())


def screen(patient: Patient, criteria: Criteria) -> Screening:
    """Every criterion of the list, judged for one patient.

    Parameters
    ----------
    patient : Patient
        From `read_patient`.
    criteria : Criteria
        From `load_criteria`.

    Examples
    --------
    >>> from aldesim.care.eligibility import Patient, load_criteria, screen
    >>> patient = Patient("example", {"creatinine_mg_per_dL": 1.9})
    >>> screen(patient, load_criteria("label_legacy")).verdict
    'not eligible'
    """
    values = _derive({name: np.array([v]) for name, v in patient.numbers().items()})
    findings = tuple(_finding(patient, row, values) for row in criteria.criteria)
    return Screening(patient.id, criteria, findings, patient.unread)


def screen_many(columns: Mapping[str, np.ndarray], criteria: Criteria) -> Enrolment:
    """Eligibility of n candidates at once, and how many fall to each criterion.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (n,)
        By item or by covariate of a virtual population (such as `creatinine_0`); text for choices,
        NaN where not known. Other columns are ignored.
    criteria : Criteria
        From `load_criteria`.

    Raises
    ------
    InputError
        If no column is known, their lengths differ, or a choice has an unknown value.
    """
    values = _derive(_columns(columns))
    size = len(next(iter(values.values())))
    eligible = np.ones(size, dtype=bool)
    counts = {}
    for row in criteria.criteria:
        true, unknown = _judge(row.needs, values, size)
        failed = ~true & ~unknown
        first = failed & eligible & (row.level == "required")
        eligible &= ~first
        counts[row.id] = Count(
            title=row.title,
            level=row.level,
            met=int(true.sum()),
            not_met=int(failed.sum()),
            not_known=int(unknown.sum()),
            excluded=int(first.sum()),
        )
    return Enrolment(eligible, counts)


def _columns(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns that are items, as floats by item."""
    values = {}
    for name, item in ITEMS.items():
        given = next((key for key in (name, item.covariate) if key and key in columns), None)
        if given is None or name in DERIVED:
            continue
        column = np.atleast_1d(np.asarray(columns[given]))
        if item.kind == "choice":
            strange = sorted({str(v) for v in np.unique(column)} - {*item.options, ""})
            if strange:
                raise InputError("screen", given, strange[0], f"must be {', '.join(item.options)}")
            text = column.astype(str)
            number = np.full(len(column), np.nan)
            for place, option in enumerate(item.options):
                number[text == option] = place
            values[name] = number
        else:
            values[name] = column.astype(float)
    if not values:
        raise InputError("screen", "columns", sorted(columns), "must hold an item of the criteria")
    shape = next(iter(values.values())).shape
    for name, column in values.items():
        if column.shape != shape or column.ndim != 1:
            raise InputError("screen", name, column.shape, "must be of one length for all columns")
    return values


def _derive(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Add what follows from other items.

    Creatinine clearance, where it was not measured, by Cockcroft and Gault 1976, Nephron 16:31.
    """
    found = dict(values)
    nothing = np.full(len(next(iter(values.values()), np.empty(1))), np.nan)

    def column(name: str) -> np.ndarray:
        return found.get(name, nothing)

    limit = column("bilirubin_ULN_mg_per_dL")
    limit = np.where(np.isnan(limit), BILIRUBIN_ULN, limit)
    found["bilirubin_times_ULN"] = column("bilirubin_mg_per_dL") / limit
    female = column("sex") == ITEMS["sex"].options.index("female")
    by_sex = np.where(np.isnan(column("sex")), np.nan, np.where(female, 0.85, 1.0))
    clearance = (140 - column("age_years")) * column("body_weight_kg") * by_sex
    clearance = clearance / (72 * column("creatinine_mg_per_dL"))
    measured = column("creatinine_clearance_mL_per_min")
    found["creatinine_clearance_mL_per_min"] = np.where(np.isnan(measured), clearance, measured)
    return found


def _judge(needs: Requirement, values: Mapping[str, np.ndarray], size: int) -> Truth:
    """Truth of a requirement for n patients."""
    if needs.item is not None:
        column = values.get(needs.item)
        if column is None:
            return np.zeros(size, dtype=bool), np.ones(size, dtype=bool)
        unknown = np.isnan(column)
        return COMPARE[needs.operator](column, needs.threshold) & ~unknown, unknown
    verdicts = [_judge(part, values, size) for part in needs.parts]
    true = np.array([verdict[0] for verdict in verdicts])
    perhaps = np.array([verdict[0] | verdict[1] for verdict in verdicts])
    join = np.logical_and.reduce if needs.all else np.logical_or.reduce
    met: np.ndarray = join(true, axis=0)
    return met, ~met & join(perhaps, axis=0)


def _finding(patient: Patient, row: Criterion, values: Mapping[str, np.ndarray]) -> Finding:
    true, unknown = (bool(part[0]) for part in _judge(row.needs, values, 1))
    items = list(dict.fromkeys(str(leaf.item) for leaf in row.needs.comparisons()))
    known = {name: float(values[name][0]) for name in items if name in values}
    known = {name: value for name, value in known.items() if not np.isnan(value)}
    return Finding(
        id=row.id,
        system=row.system,
        title=row.title,
        level=row.level,
        verdict="met" if true else "not known" if unknown else "not met",
        value="; ".join(written(name, value) for name, value in known.items()) or "not known",
        threshold=row.needs.words(),
        missing=_missing(items, known) if unknown else (),
        origin="; ".join(_origins(patient, items)),
        text=row.text.strip(),
        operational=row.operational.strip(),
        note=row.note.strip(),
        source=row.source.strip(),
    )


def _missing(items: list[str], known: Mapping[str, float]) -> tuple[str, ...]:
    """Fields that would have to be given."""
    names = [FROM[name][0] if name in DERIVED else name for name in items if name not in known]
    return tuple(dict.fromkeys(names))


def _origins(patient: Patient, items: list[str]) -> list[str]:
    """Where the values of items come from, or those that they are worked out from."""
    names: list[str] = []
    for name in items:
        names += [name] if name in patient.values else FROM.get(name, ())
    return list(dict.fromkeys(patient.origins[name] for name in names if name in patient.origins))

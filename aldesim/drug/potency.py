"""Relative potency of interleukin-2 samples from the plates of a proliferation assay (CTLL-2).

The assay: Gearing and Thorpe 1988, J Immunol Methods 114:3; unit and International Standard: Wadhwa
2013, J Immunol Methods 397:1.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from aldesim.drug.assay import Potency, relative_potency
from aldesim.drug.combine import Combined, combine
from aldesim.drug.plate import read_plates
from aldesim.drug.suitability import Check, Criteria, Curve, own_curve

HEADER = ("plate", "sample", "quantity", "result", "wanted", "")
Row = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, eq=False)
class PotencyReport:
    """Everything found on the plates of a file.

    Parameters
    ----------
    file : str
        Name of the file.
    unit : str
        Of the doses: "IU/mL", "ng/mL" or "dilution".
    curves : tuple of Curve
        Each sample's own curve on each plate, with its checks and outliers.
    potencies : tuple of Potency
        Each test sample on each plate.
    combined : tuple of Combined
        Each test sample over its valid plates; a sample without one is missing.
    """

    file: str
    unit: str
    curves: tuple[Curve, ...]
    potencies: tuple[Potency, ...]
    combined: tuple[Combined, ...]

    @property
    def valid(self) -> bool:
        """All test samples are valid on all plates."""
        return all(potency.valid for potency in self.potencies)

    @property
    def rows(self) -> list[Row]:
        """The report as text, one row for each finding, under `HEADER`: the results come last."""
        rows = [row for curve in self.curves for row in self._curve_rows(curve)]
        rows += [row for potency in self.potencies for row in _potency_rows(potency)]
        found = {one.sample: one for one in self.combined}
        for sample in dict.fromkeys(potency.sample for potency in self.potencies):
            rows += _combined_rows(sample, found.get(sample))
        return rows

    def _curve_rows(self, curve: Curve) -> list[Row]:
        fit, here = curve.fit, (curve.plate, curve.sample)
        half = math.exp(fit.log_half)
        text = f"1:{1 / half:.4g}" if self.unit == "dilution" else f"{half:.4g} {self.unit}"
        shown: list[Row] = [
            (*here, "half response at", text, "", ""),
            (*here, "plateaus", f"{fit.lower:.4g} and {fit.upper:.4g}", "", ""),
            (*here, "slope", f"{fit.slope:.3f}", "", ""),
        ]
        shown += [(*here, *_words(check)) for check in curve.checks]
        wells = ", ".join(curve.outliers)
        if wells:
            shown.append((*here, "outliers", wells, "look into; none is left out", ""))
        return shown


def potency_report(path: str | Path, criteria: Criteria | None = None) -> PotencyReport:
    """Relative potencies of all test samples of a file of plates.

    Parameters
    ----------
    path : str or Path
        CSV file, see `aldesim.drug.plate.read_plates`.
    criteria : Criteria, optional
        What plates must meet; by default general limits.

    Raises
    ------
    InputError
        If the file is wrong or a sample gives no curve; names file, row or plate, and field.
    """
    path = Path(path)
    criteria = criteria or Criteria()
    plates, unit = read_plates(path)
    curves: list[Curve] = []
    potencies: list[Potency] = []
    for plate in plates:
        where = f"{path.name} plate {plate.name}"
        reference = own_curve(where, plate.name, plate.reference, criteria)
        curves.append(reference)
        for sample in plate.tests:
            own = own_curve(where, plate.name, sample, criteria)
            curves.append(own)
            pair = (reference, own)
            potencies.append(relative_potency(where, plate.reference, sample, pair, criteria))
    names = dict.fromkeys(potency.sample for potency in potencies)
    valid = {name: [one for one in potencies if one.sample == name and one.valid] for name in names}
    combined = tuple(combine(ones) for ones in valid.values() if ones)
    return PotencyReport(path.name, unit, tuple(curves), tuple(potencies), combined)


def _words(check: Check) -> tuple[str, str, str, str]:
    verdict = {True: "pass", False: "FAIL", None: ""}[check.passed]
    return check.name, check.found, check.wanted, verdict


def _limits(middle: float, low: float, high: float) -> str:
    return f"{middle:.1%} ({low:.1%} to {high:.1%})"


def _potency_rows(potency: Potency) -> list[Row]:
    here = (potency.plate, potency.sample)
    profile = _limits(potency.relative_potency, potency.lower, potency.upper)
    delta = f"{potency.delta_lower:.1%} to {potency.delta_upper:.1%}"
    verdict = "valid" if potency.valid else "NOT VALID"
    return [
        *((*here, *_words(check)) for check in potency.checks),
        (*here, "limits by delta method", delta, "", ""),
        (*here, "relative potency", profile, "", verdict),
    ]


def _combined_rows(sample: str, combined: Combined | None) -> list[Row]:
    if combined is None:
        return [("all", sample, "relative potency", "none", "a valid plate", "NOT VALID")]
    rows: list[Row] = []
    if combined.heterogeneity_p is not None:
        note = f"p = {combined.heterogeneity_p:.3g}, so {combined.method}"
        rows.append(("all", sample, "agreement of plates", note, "", ""))
    value = _limits(combined.relative_potency, combined.lower, combined.upper)
    plates = f"valid plates: {', '.join(combined.plates)}"
    return [*rows, ("all", sample, "relative potency", value, plates, "")]

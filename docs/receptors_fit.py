"""The closed receptor model against interleukin-2 variants that it was not fitted on.

Five numbers that no binding assay gives (the two affinities of a fused wild type on cells, what a
second arm adds to each, and the strength of pairing) are fitted on half of the variants; the other
half is predicted from measured affinity ratios alone. Then the halves change places.

    python docs/receptors_fit.py
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from aldesim.model import parameter_table

DATA = Path(__file__).parent / "data"
WILD_TYPE = "WT N-term"
HALVES = (
    ("WT N-term", "R38Q N-term", "N88D C-term", "F42Q N-Term"),
    ("WT C-term", "V91K C-term", "H16N N-term", "R38Q/H16N"),
)
LEVEL = np.logspace(-2, 7, 721)  # pM
CELLS = {
    "Treg": ("CD25_Treg_0", "CD122_Treg"),
    "Thelper": ("CD25_CD4", "CD122_CD4"),
    "CD8": ("CD25_CD8_0", "CD122_CD8"),
    "NK": (None, "CD122_NK_dim"),
}
Row = tuple[str, int, str, float]  # variant, arms on one Fc less one, cell, log10 EC50 in pM


def measured() -> list[Row]:
    """Reliable half-maximal levels at one hour; the mean over dates of their logarithm."""
    found: dict[tuple[str, int, str], list[float]] = defaultdict(list)
    with (DATA / "pstat5_ec50.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["reliable"] == "yes" and float(row["time_h"]) == 1.0:
                key = (row["ligand"], int(row["bivalent"]), row["cell"])
                found[key].append(np.log10(float(row["ec50_pM"])))
    return [(*key, float(np.mean(values))) for key, values in sorted(found.items())]


def affinity_ratios() -> dict[str, tuple[float, float]]:
    """K_alpha and K_beta_gamma of each variant against wild type in the same assay."""
    with (DATA / "mutein_affinities.csv").open(encoding="utf-8") as file:
        table = {
            row["Mutein"]: (float(row["IL2RaKD"]), float(row["IL2RBGKD"]))
            for row in csv.DictReader(file)
        }
    alpha, beta = table[WILD_TYPE]
    return {name: (a / alpha, b / beta) for name, (a, b) in table.items()}


def half_level(cell: str, k_alpha: float, k_beta_gamma: float, pairing: float) -> float:
    """Log10 of the level [pM] that occupies half of the signalling receptors."""
    table = parameter_table()
    alpha, beta = CELLS[cell]
    a, b = table[alpha].value if alpha else 0.0, table[beta].value
    q = pairing * LEVEL / ((k_alpha + LEVEL) * (k_beta_gamma + LEVEL))
    meeting = q * (a + b)
    ternary = 2 * q * a * b / (1 + meeting + np.sqrt(1 + 2 * meeting + (q * (a - b)) ** 2))
    occupancy = (ternary + (b - ternary) * LEVEL / (k_beta_gamma + LEVEL)) / b
    return float(np.interp(0.5, occupancy, np.log10(LEVEL)))


def predict(numbers: NDArray[np.float64], rows: list[Row]) -> NDArray[np.float64]:
    """Log10 EC50 of each row from the five fitted numbers (decimal logarithms)."""
    ratios = affinity_ratios()
    alpha, beta, alpha_arm, beta_arm, pairing = numbers
    return np.array(
        [
            half_level(
                cell,
                10 ** (alpha + arm * alpha_arm) * ratios[variant][0],
                10 ** (beta + arm * beta_arm) * ratios[variant][1],
                10**pairing,
            )
            for variant, arm, cell, _ in rows
        ]
    )


def fit(rows: list[Row]) -> NDArray[np.float64]:
    """The five numbers, by least squares with loose priors around aldesleukin's values."""
    target = np.array([row[3] for row in rows])
    prior = np.array([4.0, 4.0, -1.0, 0.0, np.log10(410)])

    def residuals(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([predict(x, rows) - target, 0.3 * (x - prior)])

    return least_squares(residuals, prior, diff_step=1e-2).x


def error(numbers: NDArray[np.float64], rows: list[Row]) -> float:
    """Root mean square error in decades."""
    target = np.array([row[3] for row in rows])
    return float(np.sqrt(np.mean((predict(numbers, rows) - target) ** 2)))


def main() -> None:
    """Print both errors for each way round, and native interleukin-2 against measurement."""
    rows = measured()
    halves = [[row for row in rows if row[0] in half] for half in HALVES]
    for known, unknown in (halves, halves[::-1]):
        numbers = fit(known)
        print(
            f"fitted on {len(known)} values: {error(numbers, known):.2f} decades; "
            f"predicted {len(unknown)} values: {error(numbers, unknown):.2f} decades; "
            f"spread of those predicted: {np.std([row[3] for row in unknown]):.2f}"
        )
        guess = predict(numbers, unknown)
        for row, value in zip(unknown, guess, strict=True):
            print(f"  {row[0]:12} {row[1] + 1} {row[2]:8} {10 ** row[3]:9.0f} {10**value:9.0f} pM")
    table = parameter_table()
    names = ("K_alpha", "K_beta_gamma", "receptor_pairing")
    own = [table[name].value for name in names]
    for row in rows:
        if row[0] == "IL2":
            print(f"native {row[2]:8} {10 ** row[3]:9.0f} {10 ** half_level(row[2], *own):9.0f} pM")


if __name__ == "__main__":
    main()

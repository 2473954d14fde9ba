"""Tumour scans of a chunk of patients, assessed."""

from collections.abc import Sequence

import numpy as np

from aldesim.trial.endpoints import RECIST, Assessment, Criteria, assess
from aldesim.trial.imaging import Scan


def assess_scans(
    made: Sequence[Scan], death: np.ndarray, criteria: Criteria = RECIST
) -> Assessment:
    """Response of each patient at each scan after the first, the baseline.

    Parameters
    ----------
    made : sequence of Scan
        In order.
    death : ndarray, shape (n,)
        Day of death, infinite or NaN for the living.
    criteria : Criteria
        RECIST 1.1 by default.
    """
    baseline, *scans = made
    size = len(death)
    return assess(
        np.array([scan.day for scan in scans]),
        np.stack([_sum(scan, criteria) for scan in scans], axis=1)
        if scans
        else np.empty((size, 0)),
        _sum(baseline, criteria),
        death,
        new_lesion=np.stack([scan.new_lesions > 0 for scan in scans], axis=1) if scans else None,
        criteria=criteria,
    )


def _sum(scan: Scan, criteria: Criteria) -> np.ndarray:
    """What the criteria add up: diameters (mm), or their squares (mm2), shape (n,)."""
    if criteria.power == 1:
        return scan.sld
    known = np.isfinite(scan.targets)
    total = np.where(known, scan.targets, 0.0) ** criteria.power
    return np.where(known.any(axis=1), total.sum(axis=1), np.nan)


def responding(assessment: Assessment) -> np.ndarray:
    """Who is in complete or partial response at the last scan; bool, shape (n,)."""
    return np.isin(assessment.response[:, -1].astype(str), ("CR", "PR"))


def progressed(assessment: Assessment) -> np.ndarray:
    """Who has had progression at any scan; bool, shape (n,)."""
    return (assessment.response.astype(str) == "PD").any(axis=1)

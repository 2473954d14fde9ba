"""Tumour scans of a chunk of patients, assessed."""

from collections.abc import Sequence

import numpy as np

from aldesim.trial.endpoints import Assessment, assess
from aldesim.trial.imaging import Scan


def assess_scans(made: Sequence[Scan], death: np.ndarray) -> Assessment:
    """Response of each patient at each scan after the first, the baseline.

    Parameters
    ----------
    made : sequence of Scan
        In order.
    death : ndarray, shape (n,)
        Day of death, infinite or NaN for the living.
    """
    baseline, *scans = made
    size = len(death)
    return assess(
        np.array([scan.day for scan in scans]),
        np.stack([scan.sld for scan in scans], axis=1) if scans else np.empty((size, 0)),
        baseline.sld,
        death,
        new_lesion=np.stack([scan.new_lesions > 0 for scan in scans], axis=1) if scans else None,
    )


def responding(assessment: Assessment) -> np.ndarray:
    """Who is in complete or partial response at the last scan; bool, shape (n,)."""
    return np.isin(assessment.response[:, -1].astype(str), ("CR", "PR"))


def progressed(assessment: Assessment) -> np.ndarray:
    """Who has had progression at any scan; bool, shape (n,)."""
    return (assessment.response.astype(str) == "PD").any(axis=1)

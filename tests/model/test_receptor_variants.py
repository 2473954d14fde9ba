from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np

FIT = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "receptors_fit.py"))


def test_variants_that_were_not_fitted_are_predicted_within_a_decade():
    """Phospho-STAT5 of fused muteins (Meyer laboratory); affinities relative to wild type."""
    rows = FIT["measured"]()
    known, unknown = ([r for r in rows if r[0] in half] for half in FIT["HALVES"])
    numbers = FIT["fit"](known)
    spread = np.std([row[3] for row in unknown])
    assert FIT["error"](numbers, known) < 0.5
    assert FIT["error"](numbers, unknown) < min(0.9, 0.8 * spread)

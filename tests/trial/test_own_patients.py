"""A trial in patients of one's own table."""

import polars as pl
import pytest

from aldesim.trial import load_scenario, run
from aldesim.trial.run_folder import RunFolder

TABLE = """id,age,sex,body_weight,body_height,creatinine_0,SLD_0,lesions,linear_clearance
one,61,male,82,178,0.9,60,1,150
two,47,female,64,165,0.7,90,2,260
three,55,male,91,183,1.1,120,3,170
"""


class EnoughError(Exception):
    pass


def stop_early(done, total):
    if done >= 2:
        raise EnoughError


def test_rows_are_treated_whatever_chunk_and_resume(tmp_path):
    (tmp_path / "own.csv").write_text(TABLE)
    (tmp_path / "own.yaml").write_text("name: own\ntitle: Own\ntable: own.csv\nlike: melanoma\n")
    scenario = load_scenario("high-dose-melanoma").model_copy(
        update={
            "population": str(tmp_path / "own.yaml"), "regimen": "single_bolus", "patients": 5,
            "follow_up_days": 12, "scan_days": (10,),
        }
    )  # fmt: skip
    whole = run(scenario, out=tmp_path / "whole", chunk=5)
    with pytest.raises(EnoughError):
        run(scenario, out=tmp_path / "parts", chunk=2, workers=1, progress=stop_early)
    assert RunFolder(tmp_path / "parts").done()
    parts = run(scenario, out=tmp_path / "parts", chunk=1, workers=2)
    one, other = (r.patients.sort("id").collect() for r in (whole, parts))
    assert one.equals(other)
    assert one["body_weight"].to_list()[:3] == [82, 64, 91]
    assert set(one["body_weight"]) == {82.0, 64.0, 91.0}
    assert one.filter(pl.col("id") == 1)["SLD_0"].item() == 90

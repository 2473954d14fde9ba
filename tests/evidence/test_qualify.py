import csv
import json
import math
from itertools import pairwise

import pytest

from aldesim.errors import InputError
from aldesim.evidence import Plan, Scoreboard, load_plan, qualify
from aldesim.evidence.plan import needed

# Not a judgement of the model, which the full qualification gives, but a net under it: with few
# patients, this much of each domain was inside when the net was hung, less a margin.
FLOORS = {"PK": 0.45, "receptors": 0.3, "cells": 0.25, "leak": 0.35, "organs": 0.3, "tumour": 0.2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("qualification")


@pytest.fixture(scope="module")
def board(folder):
    told = []
    board = qualify(
        quick=True, out=folder, workers=2, progress=lambda done, total: told.append((done, total))
    )
    assert told[-1][0] == pytest.approx(told[-1][1])
    assert all(a <= b for (a, _), (b, _) in pairwise(told))
    return board


def test_every_quick_observation_has_a_row(board):
    wanted = [one.id for one in load_plan().quick().observations]
    assert [row.observation.id for row in board.rows] == wanted
    assert len(wanted) > 60
    assert board.quick


def test_quick_subset_holds_every_domain_of_the_plan(board):
    assert set(board.domains) == {one.domain for one in load_plan().observations}


def test_predictions_are_ordered_and_agree_with_their_verdict(board):
    for row in board.rows:
        if math.isnan(row.median):
            assert not row.inside
            continue
        assert list(row.quantiles) == sorted(row.quantiles)
        assert math.isfinite(row.log_score)
        if not row.observation.side:
            assert row.inside == (row.low <= row.observation.value <= row.high)


@pytest.mark.parametrize("domain", FLOORS)
def test_agreement_does_not_collapse(board, domain):
    assert board.tally(domain).coverage >= FLOORS[domain]


def test_tallies_count_rows_and_weigh_weak_ones_half(board):
    tally = board.tally()
    assert tally.rows == len(board.rows)
    assert tally.rows - tally.inside == len(board.misses)
    weight = sum(row.observation.weight for row in board.rows)
    inside = sum(row.observation.weight for row in board.rows if row.inside)
    assert tally.coverage == pytest.approx(inside / weight)
    both = [board.tally(calibration=flag).rows for flag in (True, False)]
    assert sum(both) == tally.rows


def test_files_say_what_the_board_says(board, folder):
    again = Scoreboard.read(folder)
    assert [row.observation.id for row in again.rows] == [r.observation.id for r in board.rows]
    for one, other in zip(board.rows, again.rows, strict=True):
        assert one.inside == other.inside
        assert one.quantiles == pytest.approx(other.quantiles, nan_ok=True)
    assert again.tally() == board.tally()
    json.loads((folder / "scoreboard.json").read_text(), parse_constant=pytest.fail)
    with (folder / "scoreboard.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["id"] for row in rows] == [row.observation.id for row in board.rows]
    assert {row["inside"] for row in rows} <= {"yes", "no"}


@pytest.fixture(scope="module")
def some():
    """A bolus and a trial, with what was observed in them alone."""
    plan = load_plan()
    chosen = {"single-bolus", next(e.id for e in plan.quick().experiments if e.how == "trial")}
    observations = tuple(one for one in plan.observations if needed(one) <= chosen)
    return Plan(tuple(e for e in plan.experiments if e.id in chosen), observations)


def test_nothing_is_simulated_twice(board, folder, some):
    files = sorted((folder / "experiments").rglob("*.npz"))
    files += sorted((folder / "experiments").rglob("patients.parquet"))
    before = [file.stat().st_mtime_ns for file in files]
    again = qualify(some, quick=True, out=folder, workers=1)
    assert [file.stat().st_mtime_ns for file in files] == before
    whole = {row.observation.id: row.quantiles for row in board.rows}
    assert len({row.observation.scenario for row in again.rows}) == 2
    for row in again.rows:
        assert row.quantiles == pytest.approx(whole[row.observation.id], abs=0, nan_ok=True)
    assert again.identities.items() <= board.identities.items()


def test_a_lost_cache_file_is_made_again_alike(board, folder, some):
    (folder / "experiments" / "quick" / "single-bolus.npz").unlink()
    again = qualify(some, quick=True, out=folder, workers=1)
    chosen = [r.quantiles for r in again.rows if r.observation.scenario == "single-bolus"]
    assert chosen == [r.quantiles for r in board.rows if r.observation.scenario == "single-bolus"]


def test_wrong_input_is_refused(tmp_path):
    with pytest.raises(InputError, match="workers"):
        qualify(workers=0, out=tmp_path)
    with pytest.raises(InputError, match="no such file"):
        qualify(tmp_path / "plan.yaml", out=tmp_path)
    with pytest.raises(InputError, match="scoreboard"):
        Scoreboard.read(tmp_path)

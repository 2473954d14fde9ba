"""Designs as files, and one of them from end to end."""

import json

import pytest

from aldesim.cli import main
from aldesim.errors import InputError
from aldesim.report.trial_design import write_design_page
from aldesim.trial.design import (
    arm_scenarios,
    design_names,
    load_design,
    power,
    simulate_design,
    size_of,
)

TEXT = """
name: two-rules
title: Two sets of rules
arms:
  - {name: label, scenario: high-dose-melanoma}
  - {name: community, scenario: high-dose-melanoma, change: {rules: community_2015}}
size: 20
allocation: {blocks: [4], strata: [{covariate: LDH_ratio, cuts: [1.0]}, {covariate: ECOG}]}
success: {endpoint: PFS}
follow_up_days: 60
scans: {first_day: 30, every_days: 30}
drop_out_per_year: 0.1
pool: 50
knowledge: 100
"""


@pytest.mark.parametrize("name", design_names())
def test_designs_of_the_shelf_are_sound(name):
    design = load_design(name)
    assert design.name == name and design.source and size_of(design) > 20
    assert len({s.population for s in arm_scenarios(design).values()}) == 1


def test_a_design_from_file_to_page(tmp_path):
    file = tmp_path / "two-rules.yaml"
    file.write_text(TEXT)
    found = simulate_design(file, replicates=100, out=tmp_path / "run")
    again = simulate_design(file, replicates=100, out=tmp_path / "run")
    assert found.predictive.equals(again.predictive, null_equal=True)
    ids = [run.patients.select("id").collect()["id"].to_list() for run in found.pool.runs.values()]
    assert ids[0] == ids[1], "arms hold the same patients"
    assert all(
        run.manifest["scenario"]["scan_days"] == [30, 60] for run in found.pool.runs.values()
    )
    page = write_design_page(found, power(found.design, found.pool, [20], 100)).read_text()
    assert "Power by number of patients" in page and "Research use only" in page
    kept = json.loads((tmp_path / "run" / "design.json").read_text())
    assert kept["size"] == 20 and kept["replicates"] == 100


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("size: 20", "size: 1", "size"),
        ("success: {endpoint: PFS}", "", "give success"),
        ("blocks: [4]", "blocks: [3]", "multiples of the ratios' sum, 2"),
        ("endpoint: PFS", "endpoint: DFS", "success.endpoint"),
        ("name: community", "name: label", "names that differ"),
        ("pool: 50", "poll: 50", "unknown field"),
    ],
)
def test_wrong_files_are_refused_in_one_line(tmp_path, old, new, message):
    file = tmp_path / "wrong.yaml"
    file.write_text(TEXT.replace(old, new))
    with pytest.raises(InputError, match=message) as error:
        load_design(file)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rules: community_2015", "rulez: community_2015", "may change"),
        ("rules: community_2015", "patients: 7", "may change"),
        ("rules: community_2015", "population: renal_cell", "arms share patients"),
        ("rules: community_2015", "courses: many", "courses"),
    ],
)
def test_arms_that_do_not_fit_are_refused(tmp_path, old, new, message):
    file = tmp_path / "wrong.yaml"
    file.write_text(TEXT.replace(old, new))
    with pytest.raises(InputError, match=message):
        arm_scenarios(load_design(file))


@pytest.mark.parametrize(
    "words",
    [
        ["trial", "no-such-design"],
        ["trial", "simon-melanoma", "--replicates", "0"],
        ["trial", "simon-melanoma", "--size", "50"],
        ["power", "simon-melanoma", "--sizes", "20,x"],
    ],
)
def test_the_command_line_ends_with_one_line_and_code_2(words, capsys):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_trials_lists_the_shelf(capsys):
    with pytest.raises(SystemExit) as end:
        main(["trials"])
    assert end.value.code == 0
    assert "simon-melanoma" in capsys.readouterr().out

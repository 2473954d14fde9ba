import pytest

from aldesim.errors import InputError
from aldesim.evidence import load_plan
from aldesim.evidence.targets import load_targets, only_targets


def test_every_target_is_an_observation_of_the_plan_or_says_why_not():
    known = {one.id for one in load_plan().observations}
    assert {name for name in load_targets().values() if name} <= known


def test_plan_of_the_targets_holds_just_them():
    plan = only_targets(load_plan())
    assert {one.id for one in plan.observations} == set(load_targets().values()) - {""}
    assert len(plan.experiments) < len(load_plan().experiments)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("target\tobservation\n", "columns"),
        ("target\tobservation\tnote\nA\tx\n", "row 2: cells"),
        ("target\tobservation\tnote\nA\tx\t\nA\ty\t\n", "row 3: target"),
        ("target\tobservation\tnote\nA\t\t\n", "say why"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, text, match):
    file = tmp_path / "targets.tsv"
    file.write_text(text)
    with pytest.raises(InputError, match=match):
        load_targets(file)

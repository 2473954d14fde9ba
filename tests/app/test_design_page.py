"""The design page answers what the design floor computes."""

import pytest

from aldesim.app.design.session import Design
from aldesim.drug import molecules
from aldesim.errors import InputError

DOSES = ("high_dose", "aldesleukin", "signal_CD8", 0.2, "leak", 0.5, "light")


def test_the_map_has_every_known_molecule_and_the_doses_every_window():
    found = Design().map("high_dose", "preference", "dark")
    assert {row[2] for row in found["known"]} == set(molecules())
    doses = Design().doses(*DOSES)
    assert [len(grid["rows"]) for grid in doses["grids"]] == [len(molecules())] * 2


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, "x.yaml"),
        (1, "../x"),
        (2, "__class__"),
        (3, -1),
        (3, "1"),
        (4, None),
        (5, float("inf")),
        (6, 1),
    ],
)
def test_what_is_wrong_is_named(place, value):
    asked = list(DOSES)
    asked[place] = value
    with pytest.raises(InputError):
        Design().doses(*asked)

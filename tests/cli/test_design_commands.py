"""`aldesim design`: pages, tables and one-line errors."""

import pytest


def test_map_writes_page_and_table(aldesim, tmp_path):
    code, out, _ = aldesim(
        "design", "map", "--regimen", "single_bolus", "--points", "3", "--out", "."
    )
    assert code == 0
    assert "Capillary leak" in out
    assert (tmp_path / "design.html").exists()
    assert (tmp_path / "design.csv").read_text().count("\n") == 10


def test_doses_of_two_molecules(aldesim):
    code, out, _ = aldesim("design", "doses", "aldesleukin", "IL2v", "--regimen", "single_bolus")
    assert code == 0
    assert "At equal harm" in out
    assert "Window" in out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("map", "--points", "1"), "points"),
        (("map", "--base", "nothing"), "molecule"),
        (("map", "--dose", "-3"), "dose"),
        (("doses", "--harm", "pain"), "harm"),
        (("front", "--benefit", "joy"), "benefit"),
        (("front", "--regimen", "hourly"), "regimen"),
    ],
)
def test_bad_input_is_one_line(aldesim, arguments, named):
    code, _, err = aldesim("design", *arguments)
    assert code == 2
    assert err.count("\n") == 1
    assert named in err

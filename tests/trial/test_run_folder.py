import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.trial.run_folder import TABLES, RunFolder

MANIFEST = {"identity": "a" * 64, "scenario": {"name": "x", "patients": 10, "seed": 1}}


def part(first, last):
    return {name: pl.DataFrame({"id": range(first, last + 1)}) for name in TABLES}


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.open(MANIFEST)
    return folder


def test_missing_covers_exactly_what_is_not_there(folder):
    folder.write_part(3, 4, part(3, 4))
    gaps = folder.missing(10, chunk=2, block=10)
    assert gaps == [(0, 1), (2, 2), (5, 6), (7, 8), (9, 9)]


def test_join_keeps_patient_order_and_removes_parts(folder):
    for first, last in [(5, 9), (0, 4)]:
        folder.write_part(first, last, part(first, last))
    assert not folder.is_complete()
    folder.join()
    assert folder.is_complete()
    assert pl.read_parquet(folder.table("patients"))["id"].to_list() == list(range(10))


def test_half_written_part_is_not_a_part(folder):
    (folder.parts / ".000000000-000000004.99").mkdir()
    assert folder.done() == []


def test_another_run_is_refused(folder):
    with pytest.raises(InputError, match="holds another run"):
        folder.open({**MANIFEST, "identity": "b" * 64})


def test_foreign_files_are_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(InputError, match="not a run"):
        RunFolder(tmp_path).open(MANIFEST)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_file_in_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="is a file"):
        RunFolder(tmp_path / "out").open(MANIFEST)


def test_broken_manifest_is_named(folder):
    (folder.path / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="not a manifest"):
        folder.open(MANIFEST)

import pytest

from aldesim.errors import InputError
from aldesim.wholefile import make_folder, replacing, write_text


def test_a_file_that_was_not_finished_leaves_the_old_one(tmp_path):
    path = tmp_path / "new" / "page.html"
    write_text(path, "first")
    with pytest.raises(RuntimeError), replacing(path) as hidden:
        hidden.write_text("half", "utf-8")
        raise RuntimeError
    assert path.read_text("utf-8") == "first"
    write_text(path, "second")
    assert [(p.name, p.read_text("utf-8")) for p in path.parent.iterdir()] == [
        ("page.html", "second")
    ]


def test_a_place_that_cannot_hold_results_is_named(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("mine", "utf-8")
    with pytest.raises(InputError, match="is a file; give a folder"):
        make_folder(file)
    with pytest.raises(InputError, match="cannot be made"):
        write_text(file / "deeper" / "page.html", "text")

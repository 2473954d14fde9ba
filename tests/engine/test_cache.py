import os
import subprocess
import sys

import pytest

from aldesim.engine import Model, cache

TEXT = "const k; k = 1; x = 1; x' = -k*x; y := exp(x)"

WARM = """
import sys
from aldesim.engine import Model
batch = Model.load({path!r}).batch({{"k": [1.0, 2.0]}})
batch.advance(1.0)
batch.observe(["y"])
heavy = ["sympy", "libsbml", "antimony", "scipy"]
print([name for name in heavy if name in sys.modules])
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ALDESIM_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def course():
    batch = Model.from_antimony(TEXT, "cached").batch()
    batch.advance(1.0)
    return batch.observe(["x", "y"])


def test_warm_start_needs_no_front_end(folder, tmp_path):
    path = tmp_path / "cached.ant"
    path.write_text(TEXT)
    Model.load(path).batch().advance(1.0)
    script = WARM.format(path=str(path))
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_damaged_files_are_made_again(folder, damage):
    before = course()
    files = sorted(folder.iterdir())
    assert len(files) == 2
    for file in files:
        content = file.read_bytes()
        file.write_bytes(content[:-7] if damage is None else damage)
    after = course()
    assert {n: v.tobytes() for n, v in after.items()} == {n: v.tobytes() for n, v in before.items()}
    for file in files:
        assert cache.read(file.name) is not None, "the damaged file was replaced"


def test_a_valid_file_with_strange_content_is_made_again(folder):
    course()
    (program,) = folder.glob("*.json")
    cache.write(program.name, b'{"states": 3}')
    assert course()["x"][0] == pytest.approx(0.3679, rel=1e-3)


def test_a_changed_model_is_another_model(folder):
    course()
    batch = Model.from_antimony(TEXT.replace("k = 1", "k = 3"), "cached").batch()
    batch.advance(1.0)
    assert batch.observe(["x"])["x"][0] == pytest.approx(0.0498, rel=1e-2)


def test_a_read_only_place_is_no_error(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("ALDESIM_CACHE_DIR", str(blocked / "below"))
    assert course()["x"][0] == pytest.approx(0.3679, rel=1e-3)


def test_no_temporary_files_stay(folder):
    course()
    assert not [f for f in folder.iterdir() if f.name.startswith(".")]

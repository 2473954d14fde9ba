"""What tests of commands share."""

import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]


def write(name: str, text: str) -> str:
    Path(name).write_text(textwrap.dedent(text))
    return name


def assert_one_line(code, err, *words):
    assert code == 2
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    for word in words:
        assert word in err

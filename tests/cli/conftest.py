"""The command line as a person uses it, in a folder of one's own."""

import sys
from pathlib import Path

import pytest

from aldesim import cli

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def aldesim(monkeypatch, capsys, tmp_path):
    """Run a command in an empty folder; returns exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str):
        with pytest.raises(SystemExit) as end:
            cli.main(list(arguments))
        out, err = capsys.readouterr()
        return end.value.code, out, err

    return call

"""Commands in README and docs are commands that there are, with options that they have."""

import re
import shlex
from pathlib import Path

import pytest

from aldesim.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
IN_BLOCK = re.compile(r"^(?:    |\$ )(?:\S*/bin/)?aldesim (.+)$", re.MULTILINE)
IN_LINE = re.compile(r"`aldesim ([^`]+)`")


def commands():
    """Words of each command behind `aldesim`, and where it stands."""
    for page in PAGES:
        text = page.read_text("utf-8").replace("\\\n", " ")
        found = IN_BLOCK.findall(text) + IN_LINE.findall(" ".join(text.split("\n")))
        for words in dict.fromkeys(" ".join(one.split()) for one in found):
            yield pytest.param(words, id=f"{page.name}: {words}")


@pytest.mark.parametrize("words", list(commands()))
def test_the_command_is_understood(words):
    given = shlex.split(words, comments=True)
    names, apps, _ = app.parse_commands(given)
    assert names, "no such command"
    if len(names) == len(given):
        return  # a command alone, or a group of commands
    known = {
        name
        for one in apps[-1].assemble_argument_collection()
        for name in (*one.names, *one.negatives)
    }
    assert {word for word in given if word.startswith("--")} <= known | {"--help"}

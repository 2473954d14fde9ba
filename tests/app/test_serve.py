"""Starting the server: what is refused, and what is said."""

import builtins

import pytest

from aldesim import cli
from aldesim.app.serve import check_address
from aldesim.errors import InputError


def test_an_address_open_to_others_needs_a_token():
    for host in ("0.0.0.0", "192.168.1.4", "clinic.example", "::"):
        with pytest.raises(InputError, match="--token"):
            check_address(host, None)
        check_address(host, "sixteen characters")
        check_address(host, "new")
    with pytest.raises(InputError, match="16 characters"):
        check_address("127.0.0.1", "short")
    check_address("127.0.0.1", None)


def test_without_the_extra_the_command_says_what_installs_it(monkeypatch, capsys):
    real = builtins.__import__

    def without(name, *args, **named):
        if name.startswith("aldesim.app"):
            raise ModuleNotFoundError("No module named 'shiny'", name="shiny")
        return real(name, *args, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SystemExit) as end:
        cli.main(["serve"])
    assert end.value.code == 2
    assert "pip install 'aldesim[app]'" in capsys.readouterr().err

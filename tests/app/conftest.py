"""A served app and a real browser, one of each for all tests of a worker."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

NO_BROWSER = (
    "Browser tests left out: no Chromium here. Install one (apt-get install chromium, or"
    " playwright install chromium) and run again."
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_left_out = pytest.StashKey[int]()


def chromium() -> str | None:
    """Path of a Chromium: the system's, or the one that Playwright keeps."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    return next((str(path) for path in sorted(kept.glob("chromium-*/chrome-linux*/chrome"))), None)


def pytest_collection_modifyitems(config, items):
    """Leave the browser tests out where there is no browser; the summary says so."""
    if chromium():
        return
    out = [item for item in items if item.get_closest_marker("browser")]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]
        config.stash[_left_out] = len(out)


def pytest_terminal_summary(terminalreporter, config):
    if not chromium():
        terminalreporter.write_line(NO_BROWSER, yellow=True)


@contextmanager
def served(folder: Path, *arguments: str):
    """`aldesim serve` in a folder; yields its address and the file of what it writes."""
    log = folder / "server.log"
    command = [sys.executable, "-m", "aldesim.cli", "serve", "--port", "0", *arguments]
    with log.open("w") as file:
        server = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=file, text=True
        )
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert "http://" in line, log.read_text()
            yield line.split("served on ")[1].split(" ")[0], log
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
            server.stdout.close()  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """Address of a served app; at the end its log must hold no traceback."""
    with served(tmp_path_factory.mktemp("app")) as (address, log):
        yield address
        assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def shared_page(app, browser):
    """One page for the tests of a module, which take it where they want it by its address."""
    context = browser.new_context()
    context.set_default_timeout(30_000)
    opened = context.new_page()
    opened.errors = []
    opened.on("console", lambda line: line.type == "error" and opened.errors.append(line.text))
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.address = app
    yield opened
    context.close()


@pytest.fixture
def page(shared_page):
    """The page of the module; no error may reach its console."""
    shared_page.errors.clear()
    shared_page.set_viewport_size({"width": 1280, "height": 900})
    shared_page.emulate_media(color_scheme="light")
    yield shared_page
    assert not shared_page.errors

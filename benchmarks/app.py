"""The web app under load: slider to picture, and many sessions at once.

    python benchmarks/app.py slider [--moves 40]
    python benchmarks/app.py sessions [--sessions 20] [--seconds 600]

Needs the `app` extra, Playwright and a Chromium. Times are of this machine as busy as it is: the
share of the processor that was free is printed beside them.
"""

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY = "#page-bedside[data-complete=true]"


class Server:
    """`aldesim serve` on a free port, in a folder of its own."""

    def __enter__(self) -> "Server":
        self.folder = tempfile.TemporaryDirectory()
        command = [sys.executable, "-m", "aldesim.cli", "serve", "--port", "0"]
        self.log = (Path(self.folder.name) / "log").open("w+")
        self.process = subprocess.Popen(
            command, cwd=self.folder.name, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        assert self.process.stdout is not None
        self.address = re.findall(r"http://\S+", self.process.stdout.readline())[0]
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.log.close()
        self.folder.cleanup()

    def memory_MB(self) -> float:  # noqa: N802
        """Resident memory of the server."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else float("nan")

    def tracebacks(self) -> int:
        """Errors that the server wrote down."""
        self.log.flush()
        return Path(self.log.name).read_text().count("Traceback")


def slider(moves: int) -> None:
    """Time from a slider's move to the new picture, one patient, two cycles."""
    from playwright.sync_api import sync_playwright

    with Server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(server.address)
        page.wait_for_selector(READY)
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        page.locator("#bedside-weight").focus()
        for _ in range(moves):
            before = len(_pictures(page))
            page.keyboard.press("ArrowRight")
            while len(_pictures(page)) == before:
                page.wait_for_timeout(10)
            page.wait_for_timeout(60)
        times = _pictures(page)[-moves:]
        browser.close()
    print(f"first contentful paint {paint:.0f} ms")
    print(
        f"slider to picture over {moves} moves: median {statistics.median(times):.0f} ms, "
        f"least {min(times):.0f}, nine in ten below {statistics.quantiles(times, n=10)[-1]:.0f}; "
        f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )


def _pictures(page) -> list[float]:
    return page.evaluate(
        "performance.getEntriesByName('bedside picture').map(entry => entry.duration)"
    )


def sessions(count: int, seconds: float) -> None:
    """Many sessions that move sliders at once; errors, answers and memory of the server."""
    from websockets.sync.client import connect

    stop = time.monotonic() + seconds
    answers, errors = [0] * count, []

    def session(number: int) -> None:
        origin = server.address.rstrip("/")
        url = origin.replace("http", "ws") + "/websocket/"
        try:
            with connect(url, origin=origin, max_size=None) as socket:  # type: ignore[arg-type]
                socket.recv()
                socket.send(json.dumps({"method": "init", "data": {}}))
                tag = 0
                while time.monotonic() < stop:
                    weight = 60 + (number + tag) % 60
                    setting = {"weight": weight, "person": number}
                    value = _ask(socket, tag, "bedside.draw", [setting, "light"])
                    drawn = value["panels"]["weight"]["layout"]["meta"]["caption"]
                    if f"Weight {weight}.0 at first" not in drawn:
                        errors.append(f"session {number} saw another's patient: {drawn}")
                    tag += 1
                    answers[number] += 1
                    time.sleep(1)
        except Exception as error:
            errors.append(f"session {number}: {error!r}")

    with Server() as server:
        threads = [threading.Thread(target=session, args=(n,)) for n in range(count)]
        for thread in threads:
            thread.start()
        memory = []
        while time.monotonic() < stop:
            time.sleep(min(10, seconds / 12))
            memory.append(server.memory_MB())
        for thread in threads:
            thread.join()
        tracebacks = server.tracebacks()
    third = len(memory) // 3
    print(f"{count} sessions, {seconds:.0f} s: {sum(answers)} pictures, least {min(answers)} each")
    print(f"errors {len(errors)}, tracebacks {tracebacks}")
    for error in errors[:5]:
        print("  ", error)
    print(
        f"memory: {memory[0]:.0f} MB at first, {statistics.mean(memory[third : 2 * third]):.0f} in"
        f" the middle third, {statistics.mean(memory[2 * third :]):.0f} in the last,"
        f" {max(memory):.0f} at most"
    )


def _ask(socket, tag: int, method: str, args: list) -> dict:
    socket.send(json.dumps({"method": method, "tag": tag, "args": args}))
    while True:
        message = json.loads(socket.recv())
        answer = message.get("response")
        if answer and answer["tag"] == tag:
            if "error" in answer or "error" in answer["value"]:
                raise RuntimeError(str(answer)[:300])
            return answer["value"]["value"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("slider", "sessions"))
    parser.add_argument("--moves", type=int, default=40)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=600)
    asked = parser.parse_args()
    if asked.what == "slider":
        slider(asked.moves)
    else:
        sessions(asked.sessions, asked.seconds)


if __name__ == "__main__":
    main()

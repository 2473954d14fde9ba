"""Whatever is sent over the network: an answer, an error in words or a closed connection."""

import http.client
import json
import random
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from aldesim.app.application import questions
from aldesim.app.evidence.session import Qualification
from aldesim.app.trials.jobs import Jobs

ODD = [
    None, True, -1, 0, 1e308, 10**40, "", "x", "../..", "high_dose", "light", "label_legacy",
    "\x00\ud800", "<script>", [], [[]], {}, {"a": {}}, {"weight": {}}, ["light"] * 9, "é" * 300,
]  # fmt: skip
HEAVY = ("trial.start", "evidence.compute")  # they would start work that outlives the test


def names(tmp_path):
    made = questions(Jobs(tmp_path), Qualification(tmp_path), "")
    return {name: method for name, method in made.items() if name not in HEAVY}


@contextmanager
def open_socket(address, origin=""):
    origin = origin or address.rstrip("/")
    url = address.rstrip("/").replace("http", "ws") + "/websocket/"
    with connect(url, origin=origin, max_size=None) as socket:
        socket.recv()
        socket.send(json.dumps({"method": "init", "data": {}}))
        yield socket


def answer(socket, tag):
    while True:
        message = json.loads(socket.recv(30))
        if message.get("response", {}).get("tag") == tag:
            return message["response"]


def test_odd_arguments_are_answered_in_words(app, tmp_path):
    draw = random.Random(20261122)
    with open_socket(app) as socket:
        tag = 0
        for name, method in names(tmp_path).items():
            count = method.__code__.co_argcount - 1
            for given in (count, count, count, count, count + 1):
                tag += 1
                args = [draw.choice(ODD) for _ in range(given)]
                socket.send(json.dumps({"method": name, "tag": tag, "args": args}))
                value = answer(socket, tag)
                assert "error" not in value, (name, args)
                assert set(value["value"]) <= {"value", "error"}
                said = value["value"].get("error", "")
                assert "went wrong" not in said, (name, args, said)
                assert "Traceback" not in said


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", '"x"', "[" * 5000, '{"method": 3}', '{"method": "uploadInit"}',
        '{"method": "init", "data": {}}', '{"method": "update"}', '{"method": "update", "data": 3}',
        '{"method": "bedside.draw"}', '{"method": "bedside.draw", "tag": {}, "args": []}',
        '{"method": "bedside.draw", "tag": 1, "args": {}}', "\x00", "x" * 2_000_000,
    ],
)  # fmt: skip
def test_malformed_messages_close_the_connection_alone(app, text):
    with open_socket(app) as socket, open_socket(app) as other:
        socket.send(text)
        with pytest.raises(ConnectionClosed):
            while True:
                socket.recv(30)
        other.send(json.dumps({"method": "bedside.moment", "tag": 1, "args": [1]}))
        assert "draw a setting first" in answer(other, 1)["value"]["error"]


def test_odd_requests_are_no_server_error(app):
    place = urlsplit(app)
    assert place.hostname
    assert place.port
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"):
        for path in (
            "/", "/?_inputs_&a=%7B", "/?token=", "/session/x/upload/1", "/session/x/download/y",
            "/session//dataobj/shinytest", "/static/../guard.py", "/static/%2e%2e/guard.py",
            "/static/..%5cguard.py", "/lib/../../etc/passwd", "/websocket/", "/%00",
            "/" + "a" * 3000, "/plotly.min.js/x", "/static", "/static/", "//evil.example/",
            "/theme.css/",
        ):  # fmt: skip
            asked = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
            asked.request(method, path, body=b"x" if method == "POST" else None)
            reply = asked.getresponse()
            body = reply.read()
            assert reply.status < 500, (method, path)
            assert b"Traceback" not in body
            assert b"root:" not in body
            assert b"class Guard" not in body
            asked.close()


@pytest.mark.parametrize("foreign", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_page_gets_no_socket(app, foreign):
    with pytest.raises(InvalidStatus, match="403"), open_socket(app, foreign):
        pass

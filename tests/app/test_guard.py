"""Who is let in: checked on the guard alone, with an app behind it that always answers."""

import re

import pytest

from aldesim.app.guard import Guard

OPEN = {"host": "127.0.0.1:8765"}
TOKEN = "a token long enough"


async def _behind(scope, receive, send):
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["query_string"]})


def finish(waiting):
    """Run what never waits for anything; no event loop is needed."""
    with pytest.raises(StopIteration):
        waiting.send(None)


def ask(headers, token=None, kind="http", method="GET", path="/", query=b""):
    """First message that the guard answers with."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": query,
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    finish(Guard(_behind, token)(scope, receive, send))
    return sent[0]


def status(*args, **named):
    return ask(*args, **named)["status"]


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "localhost:1", "[::1]:8765"])
def test_this_machine_by_name_is_answered(host):
    assert status({"host": host}) == 200


@pytest.mark.parametrize(
    "host", ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8765", "[", "0"]
)
def test_any_other_name_is_not_so_that_rebinding_fails(host):
    assert status({"host": host}) == 421


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_sent_but_over_the_socket(method):
    assert status(OPEN, method=method) == 405


def test_a_socket_is_opened_by_a_page_of_this_server_only():
    opened = ask(OPEN | {"origin": "http://127.0.0.1:8765"}, kind="websocket")
    assert opened["type"] == "websocket.accept"


@pytest.mark.parametrize(
    "headers",
    [
        OPEN,
        OPEN | {"origin": "null"},
        OPEN | {"origin": "http://evil.example"},
        OPEN | {"origin": "http://127.0.0.1:9999"},
        {"host": "evil.example", "origin": "http://evil.example"},
    ],
)
def test_a_socket_from_elsewhere_is_closed(headers):
    assert ask(headers, kind="websocket") == {"type": "websocket.close", "code": 1008}


def test_a_token_is_asked_for_and_kept_in_a_cookie():
    far = {"host": "clinic.example:8765"}
    assert status(far, TOKEN) == 403
    assert status(far, TOKEN, query=b"token=wrong") == 403
    let_in = ask(far, TOKEN, query=b"token=" + TOKEN.replace(" ", "+").encode())
    headers = dict(let_in["headers"])
    assert let_in["status"] == 303
    assert headers[b"location"] == b"/"
    cookie = headers[b"set-cookie"].decode()
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert status(far | {"cookie": "aldesim_token=wrong"}, TOKEN) == 403
    token = "no-spaces-in-this-one"
    assert status(far | {"cookie": f"other=1; aldesim_token={token}"}, token) == 200
    ours = far | {"cookie": f"aldesim_token={token}", "origin": "http://clinic.example:8765"}
    assert ask(ours, token, kind="websocket")["type"] == "websocket.accept"
    theirs = ours | {"origin": "http://evil.example"}
    assert ask(theirs, token, kind="websocket")["type"] == "websocket.close"


def test_every_answer_forbids_foreign_and_inline_scripts():
    for answer in (ask(OPEN), ask({"host": "evil.example"}), ask(OPEN, method="POST")):
        headers = dict(answer["headers"])
        policy = headers[b"content-security-policy"].decode()
        scripts = re.search(r"script-src ([^;]*)", policy)
        assert scripts is not None
        assert scripts[1] == "'self'"
        assert "default-src 'none'" in policy
        assert headers[b"x-content-type-options"] == b"nosniff"


def test_what_stands_behind_the_question_mark_goes_no_further():
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"_inputs_&x=1"}
    headers = [(b"host", b"localhost")]
    finish(Guard(_behind)(scope | {"headers": headers}, None, send))  # type: ignore[arg-type]
    assert sent[1]["body"] == b""
    assert status(OPEN, query=b"x" * 2000) == 414

"""Only the messages that the page needs reach Shiny."""

import json

from hypothesis import given
from hypothesis import strategies as st

from aldesim.app.wire import Wire

WIRE = Wire(lambda scope, receive, send: None, ["bedside.draw"])  # type: ignore[arg-type]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)


def test_what_a_session_needs_passes():
    assert WIRE.clean('{"method": "init", "data": {".clientdata_url_search": "?x"}}', False)
    asked = '{"method": "bedside.draw", "tag": 3, "args": [{}, "light"]}'
    assert json.loads(WIRE.clean(asked, True) or "") == json.loads(asked)


def test_inputs_are_emptied_for_no_answer_rests_on_them():
    update = '{"method": "update", "data": {"x:shiny.file": 1, "a:b:c": 2}}'
    assert json.loads(WIRE.clean(update, True) or "") == {"method": "update", "data": {}}


def test_a_session_starts_once_and_before_anything_else():
    assert WIRE.clean('{"method": "init", "data": {}}', True) is None
    assert WIRE.clean('{"method": "bedside.draw", "tag": 1, "args": []}', False) is None


def test_methods_that_no_page_calls_are_refused():
    for method in ("uploadInit", "uploadEnd", "__class__", "bedside"):
        message = json.dumps({"method": method, "tag": 1, "args": []})
        assert WIRE.clean(message, True) is None


@given(st.text() | JSON.map(lambda value: json.dumps(value)), st.booleans())
def test_anything_else_ends_the_connection_quietly(text, started):
    assert WIRE.clean(text, started) is None


@given(st.fixed_dictionaries({"method": JSON | st.just("bedside.draw"), "tag": JSON, "args": JSON}))
def test_questions_pass_as_whole_or_not_at_all(message):
    clean = WIRE.clean(json.dumps(message), True)
    if clean is not None:
        assert set(json.loads(clean)) == {"method", "tag", "args"}


def test_deep_nesting_is_no_error():
    assert WIRE.clean("[" * 100_000, True) is None

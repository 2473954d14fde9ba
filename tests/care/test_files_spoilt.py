"""Whatever a person puts into a file, it loads or is refused in one line."""

import copy
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aldesim.care import load_rules
from aldesim.care.eligibility import criteria, load_criteria, read_patient
from aldesim.care.rules import SHELF
from aldesim.errors import InputError

HERE = Path(__file__).parent
FILES = {
    "rules.yaml": (load_rules, yaml.safe_load((SHELF / "til_2024.yaml").read_text())),
    "criteria.yaml": (
        load_criteria,
        yaml.safe_load((criteria.SHELF / "til_2024.yaml").read_text()),
    ),
    "patient.yaml": (
        read_patient,
        {"id": "p", "age_years": 50, "sex": "male", "ECOG": 1, "pregnant": False},
    ),
    "bundle.json": (
        read_patient,
        json.loads((HERE / "eligibility" / "bundle.json").read_text()),
    ),
}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-10, 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("abc: -{}\n'é", max_size=8)
    | st.sampled_from(["SBP", "hold", "2026-10-05", "1968", "final", "<"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=3), inner),
    max_leaves=4,
)


def places(node, path=()):
    """Every place in nested mappings and lists."""
    steps = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in steps:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoilt_file_loads_or_is_refused_in_one_line(tmp_path, name, data):
    read, whole = FILES[name]
    spoilt = copy.deepcopy(whole)
    *path, last = data.draw(st.sampled_from(list(places(whole))))
    place = spoilt
    for step in path:
        place = place[step]
    if data.draw(st.booleans()):
        place[last] = data.draw(ANYTHING)
    elif isinstance(place, dict):
        del place[last]
    else:
        place.append(data.draw(ANYTHING))
    file = tmp_path / name
    file.write_text(json.dumps(spoilt) if name.endswith("json") else yaml.safe_dump(spoilt))
    try:
        read(file)
    except InputError as error:
        assert "\n" not in str(error)
        assert name in str(error)

import pytest
from pydantic import BaseModel, ConfigDict, Field

from aldesim.errors import InputError
from aldesim.yamlfile import check_unique, parse_scalar, parse_yaml, read_yaml


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(Strict):
    id: str
    size: float = Field(gt=0)


class Sheet(Strict):
    name: str
    rows: tuple[Row, ...] = ()


def message(text):
    with pytest.raises(InputError) as caught:
        parse_yaml(text, Sheet, "sheet.yaml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_reads_numbers_as_written_and_dates_as_text():
    sheet = parse_yaml("name: 2017-11-27\nrows: [{id: no, size: 22e6}]", Sheet, "s")
    assert sheet.name == "2017-11-27"
    assert sheet.rows == (Row(id="no", size=22e6),)


@pytest.mark.parametrize(
    ("written", "number"),
    [("1e5", 1e5), ("600_000", 600_000), ("-.5", None), (".5", 0.5), ("1.5E+3", 1500), ("3.", 3)],
)
def test_number_formats(written, number):
    text = f"name: a\nrows: [{{id: a, size: {written}}}]"
    if number is None:
        assert "rows[a].size = -0.5" in message(text)
    else:
        assert parse_yaml(text, Sheet, "s").rows[0].size == number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: a\nrows: [{id: a, size: .nan}]", "sheet.yaml: rows[a].size = nan: must be a fini"),
        ("name: a\nrows: [{id: a, size: .inf}]", "rows[a].size = inf"),
        ("name: a\nrows: [{id: a, size: -1}]", "rows[a].size = -1: must be greater than 0"),
        ("name: a\nrows: [{id: a, size: big}]", "rows[a].size = 'big': must be a valid number"),
        ("name: a\nrows: [{id: a}]", "rows[a].size = 'missing': this field is required"),
        ("name: a\nrows: [{size: 1}]", "rows[0].id = 'missing'"),
        ("name: a\nrows: [{id: a, size: 1, sise: 2}]", "unknown field; the fields here are id, si"),
        ("name: a\nraws: 2", "raws = 2: unknown field; the fields here are name, rows"),
        ("name: 7", "name = 7: must be a valid string"),
        ("name: true", "name = True"),
        ("name: a\nname: b", "line 2 = \"'name' is given twice\""),
        ("name: a\nrows: [", "line 2"),
        ("name: a\n\tb: 1", "line 2"),
        ("- a", "must hold `field: value` pairs"),
        ("", "must hold `field: value` pairs"),
    ],
)
def test_says_in_one_line_what_is_wrong(text, said):
    assert said in message(text)


def test_missing_file_and_binary_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_yaml(tmp_path / "absent.yaml", Sheet)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_yaml(tmp_path / "binary.yaml", Sheet)


def test_duplicate_ids():
    with pytest.raises(InputError, match=r"rows\[b\].id = 'b': is given twice"):
        check_unique("f", "rows", ["a", "b", "b"])


@pytest.mark.parametrize(
    ("word", "value"),
    [("2", 2), ("0.5", 0.5), ("null", None), ("label_plr", "label_plr"), ("a: [", "a: [")],
)
def test_words_of_the_command_line_are_what_they_would_be_in_a_file(word, value):
    assert parse_scalar(word) == value

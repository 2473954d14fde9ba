import math

import pytest

from aldesim.drug.plate import read_plates
from aldesim.errors import InputError

GOOD = """\
# read at 570 nm
plate,sample,well,dose_IU_per_mL,response
mon,reference,A1,0.1,0.2

mon,reference,A2,10,1.9
mon,lot 7,B1,0.1,0.3
tue,reference,A1,0.1,0.25
tue,lot 7,B1,0.2,0.4
tue,lot 8,C1,0.2,0.4
"""


@pytest.fixture
def read(tmp_path):
    def reader(text):
        path = tmp_path / "plate.csv"
        path.write_text(text)
        return read_plates(path)

    return reader


def test_plates_and_samples(read):
    plates, unit = read(GOOD)
    assert unit == "IU/mL"
    assert [plate.name for plate in plates] == ["mon", "tue"]
    assert [sample.name for sample in plates[1].tests] == ["lot 7", "lot 8"]
    reference = plates[0].reference
    assert reference.wells == ("A1", "A2")
    assert reference.response.tolist() == [0.2, 1.9]
    assert reference.log_dose.tolist() == pytest.approx([math.log(0.1), math.log(10)])


def test_dilution_is_the_inverse_of_a_dose(read):
    text = "response,well,sample,dilution\n1,A1,reference,200\n1,A2,lot,400\n"
    plates, unit = read(text)
    assert unit == "dilution"
    assert plates[0].name == "1"
    assert plates[0].reference.log_dose[0] == pytest.approx(math.log(1 / 200))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("A2,10,1.9", "A2,10,high", "plate.csv row 5: response = 'high': must be a number"),
        ("A2,10,1.9", "A2,10,nan", "row 5: response = 'nan': must be a finite number"),
        ("A2,10,1.9", "A2,10,", "row 5: response = '': must not be empty"),
        ("A2,10,1.9", "A2,0,1.9", "row 5: dose_IU_per_mL = '0': must be above 0; leave out"),
        ("A2,10,1.9", "A2,-3,1.9", "row 5: dose_IU_per_mL = '-3': must be above 0"),
        ("A2,10,1.9", "A1,10,1.9", "row 5: well = 'A1': is given twice; see plate.csv row 3"),
        ("A2,10,1.9", "A2,10", "row 5: cells = 4: must be 5"),
        ("A2,10,1.9", "A2,10,1,9", "row 5: cells = 6: must be 5"),
        ("IU_per_mL", "IU", "columns = 'dose_IU': unknown; they are sample"),
        (",well,", ",well,well,", "columns = 'well': is given twice"),
        ("plate,sample,well", "plate,sample,replicate", "must include well"),
        ("dose_IU_per_mL", "replicate", "must include one of dose_IU_per_mL, dose_ng_per_mL"),
        ("tue,reference,A1,", "tue,standard,A1,", "plate tue: sample = 'standard, lot 7, lot 8'"),
        ("mon,lot 7,B1", "tue,lot 9,D1", "plate mon: sample = 'reference': must include a test"),
    ],
)
def test_wrong_files(read, old, new, said):
    with pytest.raises(InputError) as caught:
        read(GOOD.replace(old, new))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_replicate_given_twice(read):
    head = "sample,well,replicate,dose_ng_per_mL,response\nreference,A1,1,5,1\n"
    with pytest.raises(InputError, match="row 3: replicate = '1': is given twice; see"):
        read(head + "reference,A2,1,5,1\n")


@pytest.mark.parametrize(("text", "said"), [("", "empty"), ("sample,well", "must include")])
def test_empty_files(read, text, said):
    with pytest.raises(InputError, match=said):
        read(text)


def test_no_rows(read):
    with pytest.raises(InputError, match="must hold a line for each well"):
        read("sample,well,dilution,response\n")


def test_no_such_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_plates(tmp_path / "plate.csv")

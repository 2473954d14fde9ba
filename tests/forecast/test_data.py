import numpy as np
import pytest

from aldesim.drug import load_molecule
from aldesim.errors import InputError
from aldesim.forecast import load_setting, read_people

HEAD = "ID,TIME,EVID,AMT,RATE,II,ADDL,CMT,DVID,DV,UNIT,MDV,BLQ,WT,SEX"
DOSE = "7,0,1,48e6,192e6,8,2,,,,,,,80,M"
LEVEL = "7,1,0,,,,,,il2_plasma,250,IU/mL,,,80,M"
PRESSURE = "7,8,0,,,,,,MAP,85,,,,80,male"
SETTING = load_setting()


def read(tmp_path, *rows, comment="", head=HEAD, **options):
    file = tmp_path / "data.csv"
    file.write_text("\n".join([*([comment] if comment else []), head, *rows]) + "\n")
    return read_people(file, SETTING.molecule, SETTING.signs, **options)


def test_doses_readings_and_covariates(tmp_path):
    (person,) = read(tmp_path, DOSE, LEVEL, PRESSURE)
    assert person.id == "7"
    assert person.known == {"body_weight": 80.0, "sex": "male"}
    assert person.doses.time == pytest.approx([0, 1 / 3, 2 / 3])
    assert person.doses.duration == pytest.approx([1 / 96] * 3)
    assert person.readings.minute.tolist() == [60, 480]
    level = load_molecule("aldesleukin").pM(250.0)
    assert person.readings.value == pytest.approx([level, 85])


def test_the_order_of_rows_does_not_matter(tmp_path):
    rows = [DOSE, LEVEL, PRESSURE, "3,2,0,,,,,,weight,70,kg,,,70,F"]
    one = [person.plain() for person in read(tmp_path, *rows)]
    other = [person.plain() for person in read(tmp_path, *rows[::-1])]
    assert one == other
    assert [person["id"] for person in one] == ["3", "7"]


def test_units_of_the_first_line_and_of_the_command(tmp_path):
    (hours,) = read(tmp_path, PRESSURE)
    (days,) = read(tmp_path, PRESSURE, comment="# TIME day; AMT IU")
    (said,) = read(tmp_path, PRESSURE, time_unit="day")
    assert hours.last_minute * 24 == days.last_minute == said.last_minute
    with pytest.raises(InputError, match="leave one of them out"):
        read(tmp_path, PRESSURE, comment="# TIME day; AMT IU", time_unit="h")


def test_rows_without_a_value_and_below_quantification(tmp_path):
    (person,) = read(
        tmp_path,
        "1,0,0,,,,,,MAP,90,,1,,,",
        "1,4,0,,,,,,il2_plasma,20,pM,,1,,",
        "1,2,2,,,,,,crystalloid_rate,2.4,,,,,",
    )
    assert person.readings.below.tolist() == [True]
    assert person.orders == ((120, "crystalloid_rate", 2.4),)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,0,0,,,,,,MAPP,90,,,,,", r"row 2: DVID = 'MAPP': must be a sign: il2_plasma, MAP"),
        ("1,0,0,,,,,,MAP,ninety,,,,,", r"row 2: DV = 'ninety': must be a finite number"),
        ("1,0,0,,,,,,MAP,-3,,,,,", r"row 2: DV = '-3': must be 0 or more mmHg"),
        ("1,0,0,,,,,,MAP,12,kPa,,,,", r"row 2: UNIT = 'kPa': of MAP must be one of mmHg"),
        ("1,-2,0,,,,,,MAP,90,,,,,", r"row 2: TIME = '-2': must be from 0 to 87600 h"),
        ("1,0,4,,,,,,MAP,90,,,,,", r"row 2: EVID = '4': must be 0 reading, 1 dose or 2 order"),
        ("1,0,1,0,,,,,,,,,,,", r"row 2: AMT = '0': must be above 0 IU"),
        ("1,0,1,5e6,,0,3,,,,,,,,", r"row 2: II = '0': must be above 0 h where ADDL is"),
        ("1,0,1,5e6,,,,9,,,,,,,", r"row 2: CMT = '9': must be 1 under the skin, 2 plasma, 3 gut"),
        ("1,0,2,,,,,,saline,2,,,,,", r"row 2: DVID = 'saline': of an order must be an input"),
        ("1,0,0,,,,,,MAP,90,,,,800,", r"row 2: WT = '800': must be a number from 25 to 350 kg"),
        ("1,0,0,,,,,,MAP,90,,,,,2", r"row 2: SEX = '2': must be one of female, male"),
        (",0,0,,,,,,MAP,90,,,,,", r"row 2: ID = '': every row needs one"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(tmp_path, row, message):
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path, row)
    assert "\n" not in str(error.value)


def test_covariates_may_not_change(tmp_path):
    with pytest.raises(InputError, match=r"row 3: WT = '90': must be 80"):
        read(tmp_path, DOSE, "7,9,0,,,,,,MAP,90,,,,90,M")


def test_columns_that_nobody_knows_and_missing_ones(tmp_path):
    with pytest.raises(InputError, match="columns = 'BMI'"):
        read(tmp_path, "1,0,25", head="ID,TIME,BMI")
    with pytest.raises(InputError, match="must have TIME"):
        read(tmp_path, "1,3", head="ID,DV")
    with pytest.raises(InputError, match="readings need DVID"):
        read(tmp_path, "1,0,3", head="ID,TIME,DV")


def test_parquet_reads_as_csv_does(tmp_path):
    import polars as pl

    (one,) = read(tmp_path, DOSE, LEVEL, PRESSURE)
    pl.read_csv(tmp_path / "data.csv").write_parquet(tmp_path / "data.parquet")
    (other,) = read_people(tmp_path / "data.parquet", SETTING.molecule, SETTING.signs)
    assert one.plain() == other.plain()
    assert np.array_equal(one.readings.sign, other.readings.sign)

"""`aldesim fit` at the keyboard, and the page it writes."""

from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "docs" / "data" / "one_patient.csv"


FEW = """# TIME h; AMT IU
ID,TIME,EVID,AMT,RATE,DVID,DV,WT
1,0,1,48e6,192e6,,,80
1,1,0,,,il2_plasma,3000,80
1,3,0,,,il2_plasma,100,80
1,4,0,,,MAP,78,80
"""


def test_fit_writes_tables_and_a_page(aldesim):
    Path("mine.csv").write_text(FEW)
    code, out, err = aldesim("fit", "mine.csv", "-n", "48", "--days", "0.5", "--out", "mine")
    assert (code, err) == (0, "")
    assert "linear_clearance" in out
    for name in ("parameters.csv", "bands.parquet", "readings.csv", "patients.csv", "fit.json"):
        assert (Path("mine") / name).exists()
    page = (Path("mine") / "report.html").read_text("utf-8")
    assert "Research use only" in page
    assert "http://" not in page.split("<script>")[0]
    assert "Mean arterial pressure" in page


def test_what_is_wrong_is_one_line(aldesim):
    Path("bad.csv").write_text("ID,TIME,DVID,DV\n1,0,MAP,ninety\n")
    code, out, err = aldesim("fit", "bad.csv")
    assert code == 2
    assert out == ""
    assert err == "aldesim: bad.csv row 2: DV = 'ninety': must be a finite number\n"


def test_data_or_a_check(aldesim):
    assert aldesim("fit")[0] == 2
    assert aldesim("fit", "--check", "2")[0] == 2
    assert aldesim("fit", str(EXAMPLE), "-n", "1")[0] == 2


def test_the_posterior_is_a_population(aldesim):
    from aldesim.population import load_population

    Path("few.csv").write_text("ID,TIME,DVID,DV,WT\n1,0,creatinine,1.1,70\n")
    assert aldesim("fit", "few.csv", "-n", "40", "--days", "0.1", "--out", "few")[0] == 0
    population = load_population("few/patients.csv")
    assert population.table is not None
    assert len(population.table) == 40
    assert set(population.table.columns["body_weight"]) == {70.0}

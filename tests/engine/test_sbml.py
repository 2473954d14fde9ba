"""Reading models: every supported construct against independent programs."""

import numpy as np
import pytest
import roadrunner
from scipy.integrate import solve_ivp

from aldesim.engine import Model
from aldesim.engine.tableau import METHODS
from aldesim.errors import InputError

DOSE = 150.0  # pmol/day over the first quarter of each day
GRID = [0.25, 1.0, 1.25, 2.0, 2.25, 3.0, 6.0, 12.0]


@pytest.fixture(scope="module")
def model(network):
    return Model.from_antimony(network, "network")


def aldesim_course(model, parameters, **options):
    batch = model.batch(parameters, **options)
    rows = []
    for time in GRID:
        batch.advance(time, {"infusion": DOSE if time % 1 == 0.25 else 0.0})
        rows.append([v[0] for v in batch.observe(model.observables).values()])
    assert batch.status[0] == 0, batch.failure(0)
    return np.array(rows)


def roadrunner_course(model, parameters):
    runner = roadrunner.RoadRunner(model.sbml)
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = 1e-14
    for name, value in parameters.items():
        runner[f"init({name})"] = value
    runner.reset()
    rows, last = [], 0.0
    ids = [f"[{n}]" if n in CONCENTRATIONS else n for n in model.observables]
    for time in GRID:
        runner["infusion"] = DOSE if time % 1 == 0.25 else 0.0
        runner.simulate(last, time, 2)
        last = time
        rows.append([runner[n] if n != "time" else time for n in ids])
    return np.array(rows)


CONCENTRATIONS = ("drug", "receptor", "complex", "spread", "leaked")
PATIENTS = [{}, {"k_on": 8.0, "plasma": 2.2, "h_s": 2.4, "half_life": 0.6, "tau": 0.05}]


@pytest.mark.parametrize("parameters", PATIENTS)
@pytest.mark.parametrize("method", METHODS)
def test_agrees_with_libroadrunner(model, parameters, method):
    ours = aldesim_course(model, parameters, rtol=1e-8, method=method)
    theirs = roadrunner_course(model, parameters)
    assert ours.shape == theirs.shape
    for column, name in enumerate(model.observables):
        assert ours[:, column] == pytest.approx(theirs[:, column], rel=2e-6, abs=1e-7), name


def rates(t, y, infusion, p):
    """The network written by hand."""
    oedema, drug, receptor, complex_, spread, leaked, _, cells, fever, mood, memory = y
    plasma, tissue, tau, k_cell = p["plasma"], 12.0, p["tau"], np.log(2) / p["half_life"]
    x = drug ** p["h_s"]
    signal = x / (2.5 ** p["h_s"] + x) + 0.2 * np.sqrt(complex_ + 0.01)
    bind = plasma * (p["k_on"] * drug * receptor - 2 * complex_)
    internalise = 4 * complex_ * plasma
    distribute = plasma * 6 * drug - tissue * 1.3 * spread
    leak = 0.2 * drug * plasma
    d_oedema = 0.02 * (1 + np.tanh(signal - 0.5))
    if fever > 0.35 and cells >= 5:
        mode = 1.0
    elif fever < 0.05 or cells == 3:
        mode = 2 + np.tan(fever) / 5
    else:
        mode = 1.5
    rhythm = 1 + 0.3 * np.sin(2 * np.pi * t) + 0.1 * np.cos(3 * t)
    hot = max(signal - 0.4, 0) + min(0.3, abs(cells - 7) / 10)
    curve = np.cosh(fever) - np.sinh(fever / 2) + np.log10(1 + cells)
    return [
        d_oedema,
        (-bind - distribute - leak + infusion) / plasma,
        -bind / plasma,
        (bind - internalise) / plasma,
        distribute / tissue,
        leak / oedema - leaked * d_oedema / oedema,
        2 * internalise,
        k_cell * (2 + 4 * signal * np.exp(-cells / 20) - cells),
        (hot - fever) / tau,
        (rhythm * mode + curve - mood) / (2 * tau),
        k_cell / (1 + np.exp(-(cells - 7) / 0.5)) * (1 - memory),
    ]


@pytest.mark.parametrize("parameters", PATIENTS)
def test_agrees_with_scipy(model, parameters):
    names = ["oedema", *CONCENTRATIONS, "degraded", "cells", "fever", "mood", "memory"]
    p = {"k_on": 3.0, "plasma": 3.0, "h_s": 1.7, "half_life": 1.5, "tau": 0.2} | parameters
    ours = aldesim_course(model, parameters, rtol=1e-8)
    columns = [model.observables.index(n) for n in names]
    y, last = np.array([1, 20, 5, 0, 0, 0.5, 0, 6, 0, 1, 0.0]), 0.0
    for row, time in enumerate(GRID):
        infusion = DOSE if time % 1 == 0.25 else 0.0
        solution = solve_ivp(
            rates, (last, time), y, "LSODA", rtol=1e-10, atol=1e-12, args=(infusion, p)
        )
        y, last = solution.y[:, -1], time
        assert ours[row, columns] == pytest.approx(y, rel=2e-6, abs=1e-7)


def test_what_the_model_offers(model):
    assert set(model.inputs) == {"infusion"}
    assert "k_cell" not in model.parameters, "computed from the half-life"
    assert {"k_on", "plasma", "half_life", "cells_0"} <= set(model.parameters)
    assert {"signal", "mode", "k_cell", "infusion", "drug"} <= set(model.observables)
    assert model.unit("drug") == "pmol/litre"


def test_kinds_of_species():
    """Boundary species are inputs, idle ones states, ruled ones observables."""
    model = Model.from_antimony(
        """
        compartment c = 2
        species idle in c, S in c, ruled in c, $fed in c
        idle = 1; S = 0; fed = 3; fixed = 5
        -> S; c*(fed + fixed) ; ruled := 2*S
        """,
        "species",
    )
    assert set(model.states) == {"idle", "S"}
    assert model.inputs == {"fed": 3.0}
    assert model.parameters == {"c": 2.0, "fixed": 5.0}
    batch = model.batch()
    batch.add("idle", 4.0)
    batch.advance(1.0)
    batch.advance(2.0, {"fed": 0.0})
    seen = batch.observe(["idle", "S", "ruled"])
    assert [v[0] for v in seen.values()] == pytest.approx([5.0, 13.0, 26.0])


def test_sbml_round_trip(model, tmp_path):
    """The SBML of a model is the model."""
    path = tmp_path / "network.xml"
    path.write_text(model.sbml, encoding="utf-8")
    again = Model.load(path)
    assert again.states == model.states
    one, other = (aldesim_course(m, {}) for m in (model, again))
    assert one.tobytes() == other.tobytes()


def test_local_parameters_function_definitions_and_level_2():
    sbml = """<?xml version="1.0" encoding="UTF-8"?>
    <sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="m">
    <listOfFunctionDefinitions><functionDefinition id="law">
      <math xmlns="http://www.w3.org/1998/Math/MathML"><lambda><bvar><ci>a</ci></bvar>
      <bvar><ci>b</ci></bvar><apply><times/><ci>a</ci><ci>b</ci></apply></lambda></math>
    </functionDefinition></listOfFunctionDefinitions>
    <listOfCompartments><compartment id="c" size="2"/></listOfCompartments>
    <listOfSpecies><species id="S" compartment="c" initialAmount="6"/>
      <species id="T" compartment="c" initialAmount="0"/></listOfSpecies>
    <listOfReactions><reaction id="r" reversible="false">
      <listOfReactants><speciesReference species="S"/></listOfReactants>
      <listOfProducts><speciesReference species="T" stoichiometry="3"/></listOfProducts>
      <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>c</ci>
        <apply><ci>law</ci><ci>k</ci><ci>S</ci></apply></apply></math>
        <listOfParameters><parameter id="k" value="0.5"/></listOfParameters></kineticLaw>
    </reaction></listOfReactions></model></sbml>"""
    model = Model.from_sbml(sbml, "level 2")
    assert model.parameters == {"c": 2.0, "r.k": 0.5}
    batch = model.batch({"r.k": [0.5, 1.0]}, rtol=1e-8)
    assert batch.observe(["S"])["S"].tolist() == [3.0, 3.0]
    batch.advance(2.0)
    seen = batch.observe(["S", "T"])
    left = 3 * np.exp([-1.0, -2.0])
    assert seen["S"] == pytest.approx(left, rel=1e-6)
    assert seen["T"] == pytest.approx(3 * (3 - left), rel=1e-6)


def test_imports_are_part_of_the_model(tmp_path):
    main = tmp_path / "main.ant"
    main.write_text('import "law.ant"\nmodel top()\n  x = 1; x\' = law(x)\nend\n')
    for rate in (2.0, 5.0):
        (tmp_path / "law.ant").write_text(f"function law(x)\n  -{rate}*x\nend\n")
        batch = Model.load(main).batch(rtol=1e-8)
        batch.advance(1.0)
        assert batch.observe(["x"])["x"][0] == pytest.approx(np.exp(-rate), rel=1e-6)


@pytest.mark.parametrize(
    "text, message",
    [
        ("x = 1; x' = -x; E1: at x < 0.5: x = 1", "event = 'E1'"),
        ("x = 1; x' = delay(x, 2)", "x = 'a delay'"),
        ("x = 1; x' = factorial(x)", "a factorial"),
        ("x = 1; x' = arcsin(x)", "arcsin|asin"),
        ("x = 1; x' = -x; a := b + 1; b := a*2", "Loop detected"),
        ("x = 1; x' = -k*x", "k = 'no value': needs a value"),
        ("x = 1; x' = -x > 3", "is a condition where a number is wanted"),
        ("a = 1", "no state"),
        ("compartment c; c := 1 + x; x = 1; x' = x; species S in c; S = 1; S -> ; S", "S = 'c'"),
        ("var k; k = 2*z; z = 3; x = 1; x' = k", "input k"),
    ],
)
def test_refusals_name_feature_and_place(text, message):
    with pytest.raises(InputError, match=message):
        Model.from_antimony(text, "wrong")


def test_circles_in_sbml_are_named():
    sbml = Model.from_antimony("x = 1; x' = x; a := b + 1; b := x*2", "circle").sbml
    first, second = sbml.split("<ci> b </ci>")
    wrong = first + "<ci> b </ci>" + second.replace("<ci> x </ci>", "<ci> a </ci>")
    with pytest.raises(InputError, match=r"rule = '(a -> b -> a|b -> a -> b)'"):
        Model.from_sbml(wrong, "circle")


def test_algebraic_rules_and_fast_reactions_are_refused():
    head = (
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
        '<model id="m"><listOfParameters><parameter id="x" value="1" constant="false"/>'
        "</listOfParameters>"
    )
    rule = (
        '<listOfRules><algebraicRule metaid="sum"><math '
        'xmlns="http://www.w3.org/1998/Math/MathML"><ci>x</ci></math></algebraicRule></listOfRules>'
    )
    fast = (
        '<listOfReactions><reaction id="quick" fast="true" reversible="false"/></listOfReactions>'
    )
    with pytest.raises(InputError, match="algebraic rule"):
        Model.from_sbml(f"{head}{rule}</model></sbml>", "algebraic")
    with pytest.raises(InputError, match="fast reaction = 'quick'"):
        Model.from_sbml(f"{head}{fast}</model></sbml>", "fast")
    with pytest.raises(InputError, match="broken"):
        Model.from_sbml("<sbml", "broken")


def test_files_and_syntax(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        Model.load(tmp_path / "missing.ant")
    with pytest.raises(InputError, match=r"must be \.ant or \.xml"):
        Model.load(tmp_path / "model.docx")
    (tmp_path / "typo.ant").write_text("model typo()\n  x = 1\n  x' = * 3\nend\n")
    with pytest.raises(InputError, match=r"typo\.ant: line 3"):
        Model.load(tmp_path / "typo.ant")
    (tmp_path / "binary.ant").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="must be a text file"):
        Model.load(tmp_path / "binary.ant")

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory):
    """Compiled models go to a folder of this test run."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("ALDESIM_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session")
def network():
    """A small immune reaction network with every construct the engine supports."""
    return NETWORK


NETWORK = """
function hill(x, K, h)
  x^h/(K^h + x^h)
end

model network
  unit day = 86400 second; unit pM = 1e-12 mole/litre; unit pmol = 1e-12 mole
  unit per_day = 1/day; unit per_pM_day = 1/(pM*day); unit pmol_per_day = pmol/day
  unit time_unit = 86400 second; unit volume = litre; unit substance = 1e-12 mole
  unit extent = 1e-12 mole

  // compartments: fixed, and one that swells
  compartment plasma = 3, tissue = 12, oedema = 1
  plasma has litre; tissue has litre; oedema has litre
  swelling = 0.02; swelling has litre_per_day
  unit litre_per_day = litre/day
  oedema' = swelling*(1 + tanh(signal - 0.5))

  species drug in plasma, receptor in plasma, complex in plasma, spread in tissue
  species leaked in oedema
  substanceOnly species degraded in plasma
  drug = 20; receptor = 5; complex = 0; spread = 0; leaked = 0.5; degraded = 0

  // reactions, one with a stoichiometry other than one
  bind: drug + receptor -> complex; plasma*(k_on*drug*receptor - k_off*complex)
  internalise: complex -> 2 degraded; k_int*complex*plasma
  distribute: drug -> spread; plasma*k_out*drug - tissue*k_back*spread
  leak: drug -> leaked; k_leak*drug*plasma
  supply: -> drug; infusion
  k_on = 3; k_on has per_pM_day; k_off = 2; k_off has per_day; k_int = 4; k_int has per_day
  k_out = 6; k_out has per_day; k_back = 1.3; k_back has per_day
  k_leak = 0.2; k_leak has per_day
  var infusion; infusion = 0; infusion has pmol_per_day

  // rules: rates, assignments, initial assignments, a derived constant
  signal := hill(drug/one_pM, K_s, h_s) + 0.2*sqrt(complex/(1 pM) + 0.01); signal has dimensionless
  const one_pM; one_pM = 1; one_pM has pM
  K_s = 2.5; K_s has dimensionless; h_s = 1.7; h_s has dimensionless
  const half_life, k_cell; half_life = 1.5; half_life has day
  k_cell = ln(2)/half_life; k_cell has per_day
  cells = 3*cells_0; cells has dimensionless; cells_0 = 2; cells_0 has dimensionless
  cells' = k_cell*(cells_0 + 4*signal*exp(-cells/20) - cells)
  fever' = (max(signal - 0.4, 0) + min(0.3, abs(cells - 7)/10) - fever)/tau; fever = 0
  fever has dimensionless; tau = 0.2; tau has day
  rhythm := 1 + 0.3*sin(2*pi*time/(1 day)) + 0.1*cos(3*time/(1 day)); rhythm has dimensionless
  mood' = (rhythm*mode + cosh(fever) - sinh(fever/2) + log10(1 + cells) - mood)/(2*tau); mood = 1
  mood has dimensionless
  hot = 0.35; hot has dimensionless; cool = 0.05; cool has dimensionless
  mild := 2 + tan(fever)/5; mild has dimensionless
  mode := piecewise(1, fever > hot && cells >= 5, mild, fever < cool || not(cells != 3), 1.5)
  mode has dimensionless
  stage := floor(cells/2) + ceil(fever) + cells^(1/3) + cells^1.5 + cells^-2 + root(5, cells)
  stage has dimensionless
  logistic := 1/(1 + exp(-(cells - 7)/0.5)); logistic has dimensionless
  memory' = k_cell*logistic*(1 - memory); memory = 0; memory has dimensionless
end
"""

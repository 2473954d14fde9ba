"""One colour per meaning, the same in every figure, page and notebook.

Neighbours that share a picture (cells, responses, dose decisions) stay apart for red-, green- and
blue-blind eyes and always differ in something else too (label, marker, position). Each meaning has
a light and a dark value; text colours reach WCAG AA (4.5:1), marks 3:1 on their background.
"""

from dataclasses import dataclass, fields
from types import MappingProxyType

from markupsafe import Markup

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif'
)


@dataclass(frozen=True)
class Theme:
    """Colours of one theme; every field is one meaning, as ``#rrggbb``.

    Attributes
    ----------
    surface, panel, ink, muted, grid, axis : str
        Background, raised background, text, secondary text, grid lines, axis lines.
    il2, pressor, tumour, virus, treg, cd8, nk, cd4, lymphocytes : str
        The drug (a given dose too), the vasopressor, the tumour, the virus, the cells.
    pressure, heart_rate, fluid, kidney, liver, temperature, blood, mind, oxygen : str
        Signs of the body; ``fluid`` is weight, albumin and leak, ``blood`` platelets and
        eosinophils.
    cr, pr, sd, pd, ne : str
        Best response; ``ne`` is not evaluable.
    held, stopped : str
        Dose decisions other than given.
    grade_1 .. grade_5 : str
        Toxicity grades, weak to strong.
    survival, progression : str
        Overall and progression-free survival.
    """

    name: str
    surface: str
    panel: str
    ink: str
    muted: str
    grid: str
    axis: str
    accent: str
    il2: str
    pressor: str
    tumour: str
    virus: str
    treg: str
    cd8: str
    nk: str
    cd4: str
    lymphocytes: str
    pressure: str
    heart_rate: str
    fluid: str
    kidney: str
    liver: str
    temperature: str
    blood: str
    mind: str
    oxygen: str
    cr: str
    pr: str
    sd: str
    pd: str
    ne: str
    held: str
    stopped: str
    grade_1: str
    grade_2: str
    grade_3: str
    grade_4: str
    grade_5: str
    survival: str
    progression: str

    @property
    def given(self) -> str:
        """A given dose is IL-2: the same meaning, the same colour."""
        return self.il2

    @property
    def grades(self) -> tuple[str, str, str, str, str]:
        """Colours of toxicity grades 1 to 5."""
        return (self.grade_1, self.grade_2, self.grade_3, self.grade_4, self.grade_5)

    def response(self, name: str) -> str:
        """Colour of a best response, ``CR``, ``PR``, ``SD``, ``PD`` or ``NE``."""
        return getattr(self, name.lower())

    def colours(self) -> dict[str, str]:
        """Colour of every meaning, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}


LIGHT = Theme(
    name="light",
    surface="#fdfdfc",
    panel="#f3f4f2",
    ink="#1b2127",
    muted="#56606a",
    grid="#e4e6e5",
    axis="#8b949c",
    accent="#1a5f7a",
    il2="#6a3fb5",
    pressor="#7f1d3f",
    tumour="#6b4a34",
    virus="#3f7a2a",
    treg="#9c2d78",
    cd8="#2347d8",
    nk="#0a9a97",
    cd4="#b07a0c",
    lymphocytes="#2f3740",
    pressure="#c5301f",
    heart_rate="#d9487f",
    fluid="#1584a6",
    kidney="#7a7a12",
    liver="#93610c",
    temperature="#d2600a",
    blood="#9c2f52",
    mind="#7b5ea7",
    oxygen="#2f7fb8",
    cr="#08306b",
    pr="#4b93dd",
    sd="#5c6570",
    pd="#cc6f14",
    ne="#948c80",
    held="#c98500",
    stopped="#a3123a",
    grade_1="#dcc7a0",
    grade_2="#dc9b5a",
    grade_3="#cf6a4a",
    grade_4="#963a55",
    grade_5="#45183f",
    survival="#185a78",
    progression="#a2581c",
)

DARK = Theme(
    name="dark",
    surface="#14181c",
    panel="#1d2328",
    ink="#e9ecee",
    muted="#a3adb6",
    grid="#2c343b",
    axis="#6d7882",
    accent="#7cc4de",
    il2="#b493f2",
    pressor="#d9b8e0",
    tumour="#c79c7f",
    virus="#8fd06e",
    treg="#e0427f",
    cd8="#aebcf7",
    nk="#1fbf80",
    cd4="#f5e14c",
    lymphocytes="#6485a6",
    pressure="#ff7a68",
    heart_rate="#ff8fb7",
    fluid="#54bcdc",
    kidney="#bdbb4a",
    liver="#d3a04c",
    temperature="#ff9a4d",
    blood="#e4809e",
    mind="#bda2e8",
    oxygen="#79b9ea",
    cr="#59a0ff",
    pr="#b7e6fb",
    sd="#5f7388",
    pd="#f7974c",
    ne="#b3aa9c",
    held="#efb02e",
    stopped="#ff6685",
    grade_1="#4a3b2c",
    grade_2="#8a5a34",
    grade_3="#cf6f50",
    grade_4="#f09a9b",
    grade_5="#fbe3ee",
    survival="#76bfdd",
    progression="#e8a266",
)

THEMES = MappingProxyType({"light": LIGHT, "dark": DARK})


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0-255, of a ``#rrggbb`` colour."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def fade(colour: str, opacity: float) -> str:
    """The colour with an opacity between 0 and 1, as CSS ``rgba()``."""
    red, green, blue = rgb(colour)
    return f"rgba({red},{green},{blue},{opacity:g})"


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours, 1 to 21."""

    def luminance(colour: str) -> float:
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (v / 255 for v in rgb(colour))
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def css_properties(theme: Theme) -> Markup:
    """The theme as CSS custom properties."""
    return Markup(
        "".join(f"--{name.replace('_', '-')}:{value};" for name, value in theme.colours().items())
    )

"""The look that all figures share: a Plotly template, an empty canvas, and row labels."""

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.report.palette import FONT, Theme
from aldesim.report.wording import plain

HEIGHT = 360


def template(theme: Theme) -> go.layout.Template:
    """Plotly template: system fonts, thin grid, quiet axes."""
    axis = {
        "gridcolor": theme.grid,
        "linecolor": theme.axis,
        "tickcolor": theme.axis,
        "zerolinecolor": theme.axis,
        "zeroline": False,
        "automargin": True,
        "title": {"standoff": 10, "font": {"size": 13, "color": theme.muted}},
        "tickfont": {"size": 12, "color": theme.muted},
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 13, "color": theme.ink},
            "paper_bgcolor": theme.surface,
            "plot_bgcolor": theme.surface,
            "margin": {"l": 56, "r": 18, "t": 52, "b": 48},
            "title": {"x": 0, "xref": "paper", "font": {"size": 16, "color": theme.ink}},
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": theme.panel,
                "bordercolor": theme.axis,
                "align": "left",
                "font": {"family": FONT, "size": 13, "color": theme.ink},
            },
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.02,
                "yanchor": "bottom",
                "font": {"size": 13, "color": theme.ink},
                "bgcolor": "rgba(0,0,0,0)",
            },
            "xaxis": axis | {"showgrid": False, "showline": True, "ticks": "outside", "ticklen": 4},
            "yaxis": axis | {"showgrid": True, "showline": False, "tickformat": ","},
            "annotationdefaults": {"font": {"size": 12, "color": theme.muted}, "showarrow": False},
            "colorway": [theme.cd8, theme.cd4, theme.nk, theme.treg, theme.tumour],
            "dragmode": "zoom",
            "separators": ".,",
        }
    )


def canvas(title: str, caption: str, theme: Theme, *, height: int = HEIGHT) -> go.Figure:
    """Empty figure of the house style.

    Parameters
    ----------
    title, caption : str
        Title, and what the picture shows in words; kept in ``layout.meta["caption"]`` for pages
        and screen readers.
    theme : Theme
        Colours.
    height : int
        Pixels.
    """
    figure = go.Figure()
    figure.update_layout(
        template=template(theme),
        title_text=plain(title),
        height=height,
        meta={"title": title, "caption": caption},
    )
    return figure


def axes(figure: go.Figure, x: str, y: str) -> None:
    """Name both axes, units included."""
    figure.update_xaxes(title_text=x)
    figure.update_yaxes(title_text=y)


def nothing(figure: go.Figure, text: str) -> go.Figure:
    """The figure with a line of text where the data would be."""
    figure.add_annotation(
        text=plain(text), x=0.5, y=0.5, xref="paper", yref="paper", font_size=14, showarrow=False
    )
    figure.update_xaxes(range=[0, 1], showticklabels=False, ticks="", showgrid=False)
    figure.update_yaxes(range=[0, 1], showticklabels=False, showgrid=False)
    figure.update_layout(height=200)
    return figure


def guide(figure: go.Figure, y: float, text: str, theme: Theme, *, side: str = "right") -> None:
    """Thin dotted level line with its label at one end."""
    figure.add_hline(y=y, line={"color": theme.axis, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=1 if side == "right" else 0,
        xref="paper",
        y=y,
        text=text,
        xanchor=side,
        yanchor="bottom",
        font={"size": 12, "color": theme.muted},
        bgcolor=theme.surface,
        borderpad=1,
        opacity=0.9,
        showarrow=False,
    )


def name_rows(figure: go.Figure, labels: list[str]) -> None:
    """Say what the rows 0, 1, 2 ... of a figure are, for its data as a table."""
    figure.layout.meta["rows"] = labels  # type: ignore[attr-defined]


def rows_of_bars(figure: go.Figure, labels: list[str], x: str, theme: Theme) -> None:
    """Turn a horizontal bar figure into rows with the name above each bar: fits a phone too."""
    for index, label in enumerate(labels):
        figure.add_annotation(
            x=0,
            xref="paper",
            y=index,
            yshift=15,
            text=plain(label),
            xanchor="left",
            font={"size": 13, "color": theme.ink},
            showarrow=False,
        )
    name_rows(figure, labels)
    count = len(labels)
    figure.update_layout(
        barmode="stack",
        legend_traceorder="normal",
        bargap=0.62,
        height=40 * count + 110,
        margin={"l": 8, "r": 56},
    )
    figure.update_xaxes(title_text=x, showgrid=True, rangemode="tozero")
    figure.update_yaxes(
        type="linear",
        range=[count - 0.5, -0.85],
        showticklabels=False,
        showgrid=False,
        fixedrange=True,
    )


def single(values: pl.Series | np.ndarray) -> np.ndarray:
    """Values as 32-bit floats: half the bytes, still finer than any pixel."""
    if isinstance(values, pl.Series):
        values = values.to_numpy()
    return np.asarray(values, dtype=np.float32)

"""One molecule as the page shows it, and what a training changed in what is made.

cell(Output(value="CCO", score=.81, highlights=...), 3)   ->  a drawing, a few properties, what raised or lowered it
compared(report)                                          ->  worth before and after, and the best of both
"""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from assistant.molecules import _worth
from assistant.molecules.components._table import PROPERTIES
from assistant.types import Highlight, Output, Report

__all__ = ["cell", "compared"]

SHOWN = ("mw", "logp", "tpsa", "hbd", "qed")
NAMES = {"mw": "MW", "logp": "logP", "tpsa": "TPSA", "hbd": "donors", "qed": "QED"}
BEST = 6


def cell(output: Output, number: int) -> str:
    """The inside of a cell of the grid, as safe HTML."""
    from assistant.molecules.drawing import molecule_svg

    origin = {"given": "your own"}.get(output.adapter, "edited" if output.said is not None else "")
    return (
        f'<div class="mol-cell">{molecule_svg(str(output.value), place=f"#{number}")}'
        f'<p class="mol-properties">{_properties(str(output.value))}'
        f"{f' <em>{origin}</em>' if origin else ''}</p>"
        f'<ul class="mol-pulls">{"".join(map(_pull, output.highlights))}</ul></div>'
    )


def _properties(smiles: str) -> str:
    row = _worth.properties(SHOWN, _worth.read([smiles]))[0]
    said = [(NAMES[name], _worth.short(value, PROPERTIES[name].whole)) for name, value in zip(SHOWN, row, strict=True)]
    return " ".join(f"<span>{name} <b>{value}</b></span>" for name, value in said)


def _pull(part: Highlight) -> str:
    side, sign = ("for", "▲") if part.weight > 0 else ("against", "▼")
    return f'<li class="{side}"><span aria-hidden="true">{sign}</span> {escape(part.text)}</li>'


def compared(report: Report) -> str:
    """The worth of what parent and candidate make, and the best of what each makes, as safe HTML."""
    if len(report.samples) != 2:
        return ""
    from assistant.molecules.drawing import histogram_svg

    before, after = (np.array([score for _, score in sample]) for sample in report.samples)
    drawn = histogram_svg(before, after, title="Worth of the best that each version makes")
    return (
        f'<div class="mol-compared">{drawn}'
        f"{_best('The best before', report.samples[0])}{_best('The best now', report.samples[1])}</div>"
    )


def _best(title: str, sample: tuple[tuple[Any, float], ...]) -> str:
    from assistant.molecules.drawing import molecule_svg

    shown = "".join(
        f"<li>{molecule_svg(str(value), place='')}<span>{score:.2f}</span></li>" for value, score in sample[:BEST]
    )
    return f'<h4>{title}</h4><ul class="mol-best">{shown}</ul>'

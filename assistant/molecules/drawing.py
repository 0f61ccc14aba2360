"""Molecules, curves and distributions as small SVG drawings, safe to be put into a page.

    molecule_svg("c1ccncc1", place="#2")   ->  '<svg class="mol" data-output="#2"…><circle class="atom" data-atom="0" …'
    fragment("Cc1ccncc1", (1, 2, 3, 4, 5, 6))   ->  "c1ccncc1": what the marked atoms are, as SMILES or SMARTS

Each atom has a circle of its own, which a page can be told to listen to. Molecules are drawn by RDKit on a light card,
in light and in dark, as chemists know them; curves take the page's colours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np

from assistant.errors import UserError
from assistant.molecules.components import Array
from assistant.molecules.groups import resolve

__all__ = ["curve_svg", "fragment", "histogram_svg", "molecule_svg"]

WIDTH, HEIGHT = 240, 170
REACH = 9
"""Radius of an atom's circle, in pixels of the drawing: large enough for a finger."""
WIDE, HIGH, FOOT = 220, 80, 16
BINS = 16


def molecule_svg(
    smiles: str, *, place: str = "", highlight: Iterable[int] = (), size: tuple[int, int] = (WIDTH, HEIGHT)
) -> str:
    """A drawing with a circle on each atom; what is no molecule is shown as text.

    Args:
        place: how the person calls it ("#2"); without it no atom can be marked.
        highlight: numbers of atoms to be shown in colour.
    """
    drawn = _drawn(smiles, tuple(sorted(set(highlight))), size)
    if drawn is None:
        return f'<p class="mol-unread">{escape(smiles)}</p>'
    body, places = drawn
    circles = "".join(
        f'<circle class="atom" data-atom="{number}" cx="{x:.1f}" cy="{y:.1f}" r="{REACH}"/>'
        for number, (x, y) in enumerate(places if place else ())
    )
    about = f' data-output="{escape(place)}"' if place else ""
    return (
        f'<svg class="mol" viewBox="0 0 {size[0]} {size[1]}" role="img" aria-label="{escape(smiles)}"{about}>'
        f"<title>{escape(smiles)}</title>{body}{circles}</svg>"
    )


@lru_cache(maxsize=2_000)
def _drawn(
    smiles: str, highlight: tuple[int, ...], size: tuple[int, int]
) -> tuple[str, tuple[tuple[float, float], ...]] | None:
    """The drawing's paths, and where each atom is."""
    from rdkit import Chem, rdBase
    from rdkit.Chem.Draw import rdMolDraw2D

    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    if mol is None or not mol.GetNumAtoms():
        return None
    drawer = rdMolDraw2D.MolDraw2DSVG(*size)
    options: Any = drawer.drawOptions()
    options.clearBackground = False
    options.padding = 0.06
    options.bondLineWidth = 1.4
    options.setHighlightColour((1.0, 0.85, 0.45))
    options.highlightBondWidthMultiplier = 12
    within = [
        bond.GetIdx() for bond in mol.GetBonds() if {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()} <= set(highlight)
    ]
    rdMolDraw2D.PrepareAndDrawMolecule(drawer, mol, highlightAtoms=list(highlight), highlightBonds=within)
    points = [drawer.GetDrawCoords(number) for number in range(mol.GetNumAtoms())]
    drawer.FinishDrawing()
    inside = re.search(r"<svg[^>]*>(.*)</svg>", drawer.GetDrawingText(), re.S)
    body = re.sub(r"<!--.*?-->", "", inside[1], flags=re.S) if inside else ""
    return body.strip(), tuple((point.x, point.y) for point in points)


def fragment(smiles: str, atoms: Sequence[int]) -> str:
    """What these atoms of the molecule are, as a SMILES where that is read as just them, else as a SMARTS.

    Raises:
        UserError: the molecule can't be read, or has no such atoms.
    """
    from rdkit import Chem

    mol = Chem.MolFromSmiles(smiles)
    chosen = sorted(set(atoms))
    if mol is None or not chosen or chosen[0] < 0 or chosen[-1] >= mol.GetNumAtoms():
        raise UserError(f"The atoms {chosen} are not all in {smiles!r}", do="mark atoms of a molecule on screen")
    if len(chosen) == mol.GetNumAtoms():
        return str(Chem.MolToSmiles(mol))
    written = Chem.MolFragmentToSmiles(mol, chosen, isomericSmiles=False)
    return written if _is_just(written, mol, chosen) else str(Chem.MolFragmentToSmarts(mol, chosen))


def _is_just(written: str, mol: object, chosen: Sequence[int]) -> bool:
    """Whether the text, read as a substructure, is found at just the chosen atoms, and is no group's name."""
    try:
        found = resolve(written)
    except UserError:
        return False
    places = mol.GetSubstructMatches(found.query())  # type: ignore[attr-defined]
    return found.smarts == written and any(set(match) == set(chosen) for match in places)


# --- figures ---------------------------------------------------------------------------------------------------


def curve_svg(
    x: Array, mean: Array, low: Array, high: Array, *, title: str, unit: str = "", now: Sequence[float] = ()
) -> str:
    """A desirability over its values, with its uncertainty as a band; `now` are values to mark on the axis."""
    across = (np.asarray(x) - x[0]) / max(float(x[-1] - x[0]), 1e-12) * WIDE
    band = [*zip(across, high, strict=True), *zip(across[::-1], low[::-1], strict=True)]
    marks = "".join(
        f'<path class="now" d="M{at:.1f} {HIGH}v5"/>'
        for at in (float(value - x[0]) / max(float(x[-1] - x[0]), 1e-12) * WIDE for value in now)
        if 0 <= at <= WIDE
    )
    body = (
        f'<polygon class="band" points="{_points(band)}"/>'
        f'<polyline class="mean" points="{_points(zip(across, mean, strict=True))}"/>{marks}'
        f"{_axis(f'{x[0]:.3g}', f'{x[-1]:.3g} {unit}'.strip())}"
    )
    return _figure(body, f"{title}: how desirable its values are")


def histogram_svg(before: Array, after: Array, *, title: str) -> str:
    """Two distributions over [0, 1]: of the parent and of the candidate."""
    edges = np.linspace(0, 1, BINS + 1)
    counts = [np.histogram(np.clip(each, 0, 1), edges)[0] for each in (before, after)]
    most = max(1, *(int(count.max()) for count in counts))
    bars = "".join(
        f'<rect class="{style}" x="{left * WIDE / BINS + shift:.1f}" y="{HIGH * (1 - n / most):.1f}" '
        f'width="{WIDE / BINS / 2 - 1:.1f}" height="{HIGH * n / most:.1f}"/>'
        for count, style, shift in zip(counts, ("before", "after"), (0.0, WIDE / BINS / 2), strict=True)
        for left, n in enumerate(count)
        if n
    )
    legend = (
        f'<rect class="before" x="{WIDE - 92}" y="0" width="8" height="8"/><text x="{WIDE - 81}" y="8">before</text>'
        f'<rect class="after" x="{WIDE - 38}" y="0" width="8" height="8"/><text x="{WIDE - 27}" y="8">now</text>'
    )
    return _figure(bars + legend + _axis("0", "1"), title)


def _points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{HIGH * (1 - y):.1f}" for x, y in pairs)


def _axis(first: str, last: str) -> str:
    return (
        f'<path class="axis" d="M0 {HIGH}h{WIDE}"/><text x="0" y="{HIGH + FOOT - 3}">{escape(first)}</text>'
        f'<text x="{WIDE}" y="{HIGH + FOOT - 3}" text-anchor="end">{escape(last)}</text>'
    )


def _figure(body: str, title: str) -> str:
    return (
        f'<svg class="mol-figure" viewBox="-4 -4 {WIDE + 8} {HIGH + FOOT + 6}" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>{body}</svg>'
    )

"""How an act about molecules is understood, drawn for its card: the atoms that are meant, or the property's curve.

picture("no nitro groups", #2 on screen has one)   ->  #2 with the nitro group in colour
picture("#4 is too greasy")                        ->  how desirable each logP is by now, and where #4 is
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from assistant.molecules import _worth
from assistant.molecules.chem import scaffold_atoms
from assistant.molecules.components._table import PROPERTIES
from assistant.molecules.curves import span
from assistant.molecules.drawing import curve_svg, molecule_svg
from assistant.molecules.goal import MoleculeGoal
from assistant.molecules.groups import Group, highlighted, resolve
from assistant.types import Act, ConstraintAct, Context, OnScreen

__all__ = ["picture"]

SIZE = (180, 120)


def picture(act: Act, context: Context, goal: MoleculeGoal) -> str:
    """Safe HTML; "" where words say it all."""
    rule = act.constraint
    if rule is None:
        return ""
    about = [seen for seen in context.outputs if seen.id in act.targets] or list(context.outputs)
    if rule.property in PROPERTIES:
        return _curve(rule.property, about, goal)
    if rule.property == "substructure":
        values = rule.value if isinstance(rule.value, list | tuple) else [rule.value]
        return "".join(_group(str(value), [*about, *context.outputs]) for value in values)
    return _core(rule, about)


def _curve(name: str, about: Sequence[OnScreen], goal: MoleculeGoal) -> str:
    """What is believed of the property, cut off where a limit is; the molecules meant are marked on its axis."""
    known = PROPERTIES[name]
    curve = next((one for one in goal.curves if one.name == name), None)
    x = curve.x if curve else span(known)
    mean, low, high = (curve.mean, curve.low, curve.high) if curve else (np.ones_like(x),) * 3
    allowed = np.all([limit.beyond(x) == 0 for limit in goal.wishes.limits if _is_of(limit, name)] or [x == x], axis=0)
    values = _worth.properties((name,), _worth.read([seen.value for seen in about]))[:, 0]
    now = [float(value) for value in values if np.isfinite(value)]
    drawn = curve_svg(x, mean * allowed, low * allowed, high * allowed, title=known.title, unit=known.unit, now=now)
    marked = f"; marked: {', '.join(seen.id for seen in about)}" if len(about) <= 3 else ""
    return _figure(drawn, f"how desirable each {known.title} is to me now{marked}")


def _is_of(limit: Any, name: str) -> bool:
    return bool(limit.kind == "properties" and limit.options.get("name") == name)


def _group(name: str, outputs: Sequence[OnScreen]) -> str:
    """A molecule on screen that has the group, else one that is known to, with the group's atoms in colour."""
    group = resolve(name)
    for seen in outputs:
        if atoms := _atoms(str(seen.value), group):
            return _drawn(str(seen.value), atoms, f"{group.name} in {seen.id}")
    example = group.has or group.smarts
    atoms = _atoms(example, group)
    return _drawn(example, atoms, group.name) if atoms else ""


def _core(rule: ConstraintAct, about: Sequence[OnScreen]) -> str:
    """The one molecule that others should resemble; of a scaffold that stays, just its atoms are in colour."""
    if rule.property not in ("scaffold", "similarity") or len(about) != 1:
        return ""
    smiles = str(about[0].value)
    atoms = scaffold_atoms(smiles) if rule.property == "scaffold" else ()
    return _drawn(smiles, atoms, f"the scaffold of {about[0].id}" if atoms else about[0].id)


def _atoms(smiles: str, group: Group) -> tuple[int, ...]:
    from rdkit import rdBase
    from rdkit.Chem import MolFromSmiles

    with rdBase.BlockLogs():
        mol = MolFromSmiles(smiles)  # numbered as it will be drawn
    return _with_oxygens(mol, highlighted(mol, group)) if mol is not None else ()


def _with_oxygens(mol: Any, atoms: Sequence[int]) -> tuple[int, ...]:
    """Some groups are found by their nitrogen or sulfur alone; a chemist sees their oxygens, too."""
    ends = {
        other.GetIdx()
        for number in atoms
        if mol.GetAtomWithIdx(number).GetSymbol() in ("N", "S", "P")
        for other in mol.GetAtomWithIdx(number).GetNeighbors()
        if other.GetSymbol() == "O" and other.GetDegree() == 1
    }
    return tuple(sorted({*atoms, *ends}))


def _drawn(smiles: str, atoms: Sequence[int], said: str) -> str:
    return _figure(molecule_svg(smiles, highlight=atoms, size=SIZE), said)


def _figure(svg: str, said: str) -> str:
    return f'<figure class="mol-meant">{svg}<figcaption>{escape(said)}</figcaption></figure>'

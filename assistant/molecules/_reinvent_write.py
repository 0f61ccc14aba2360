"""An objective as the scoring part of a REINVENT 4 TOML, with what REINVENT can't be told as comments at its head.

write(Objective((Part("properties", {"name": "qed"}, Identity()),))).text
->  [scoring]
    type = "geometric_mean"
    [[scoring.component]]
    [[scoring.component.QED.endpoint]]
    name = "drug-likeness (QED)"
    weight = 1.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.molecules._reinvent_names import DESCRIPTORS, WRITTEN
from assistant.molecules.components._table import find
from assistant.molecules.desirability import Desirability, DoubleSigmoidDifference, Identity, Step, parameters
from assistant.molecules.groups import resolve
from assistant.molecules.objective import Limit, Objective, Part

__all__ = ["Written", "write"]


@dataclass(frozen=True)
class Written:
    """`text` of the TOML; `notes`: a sentence for each thing that it can't say, also at the head of the text."""

    text: str
    notes: tuple[str, ...] = ()


def write(objective: Objective, foreign: Sequence[Mapping[str, Any]] = ()) -> Written:
    """The TOML; `foreign` are REINVENT 4's components that were read and can't be computed here."""
    import tomli_w

    notes: list[str] = []
    components = [component for part in objective.parts for component in _part(part, notes)]
    components += _limits(objective.limits, notes)
    for component in foreign:
        if "component_type" in component:
            notes.append(f"{component.get('name')!r} is a component of an older version and is left out")
        else:
            components.append(_without_nulls(component))
    table = {"scoring": {"type": "geometric_mean", "component": components}}
    head = "".join(f"# {note}\n" for note in notes)
    return Written(head + tomli_w.dumps(table), tuple(notes))


def _without_nulls(given: Any) -> Any:
    """TOML has none; in the JSON that it came from, null is the same as absent."""
    if isinstance(given, Mapping):
        return {key: _without_nulls(value) for key, value in given.items() if value is not None}
    return [_without_nulls(each) for each in given if each is not None] if isinstance(given, list) else given


def _endpoint(kind: str, name: str, weight: float, shape: Desirability, params: Mapping[str, Any]) -> dict[str, Any]:
    endpoint: dict[str, Any] = {"name": name, "weight": float(weight)}
    if params:
        endpoint["params"] = dict(params)
    if not isinstance(shape, Identity):
        endpoint["transform"] = {"type": shape.type, **parameters(shape)}
    return {kind: {"endpoint": [endpoint]}}


def _part(part: Part, notes: list[str]) -> list[dict[str, Any]]:
    shape = part.desirability
    if isinstance(shape, DoubleSigmoidDifference):
        notes.append(f"{part.name!r}: REINVENT 4 joins its two sigmoids in the middle, where versions 2 and 3 subtract")
        shape = _joined(shape)
    named = _named(part.kind, part.options)
    if named is None:
        notes.append(f"{part.name!r} is not in REINVENT 4 and is left out")
        return []
    kind, params = named
    return [_endpoint(kind, part.name, part.weight, shape, params)]


def _joined(shape: DoubleSigmoidDifference) -> Desirability:
    """The version 4 window of the same slopes: there coef_si is the left one's, before it was coef_se."""
    from assistant.molecules.desirability import DoubleSigmoid

    return DoubleSigmoid(shape.low, shape.high, shape.coef_div, shape.coef_se, shape.coef_si)


def _named(kind: str, options: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """REINVENT 4's component and its parameters; None where it has none."""
    if kind == "properties":
        name = find(options["name"]).name
        if name in WRITTEN:
            return WRITTEN[name], {}
        return ("RDKitDescriptors", {"descriptor": DESCRIPTORS[name]}) if name in DESCRIPTORS else None
    if kind == "substructure":
        return "GroupCount", {"smarts": resolve(options["pattern"]).smarts}
    if kind == "similarity":
        smiles = options["smiles"]
        return "TanimotoDistance", {
            "smiles": [smiles] if isinstance(smiles, str) else list(smiles),
            "radius": options.get("radius", 2),
            "use_counts": options.get("counts", True),
            "use_features": options.get("features", False),
        }
    return None


def _limits(limits: Sequence[Limit], notes: list[str]) -> list[dict[str, Any]]:
    """Forbidden groups are its filter, required ones its penalty, ranges a step that is averaged like a part."""
    found, forbidden = [], []
    for limit in limits:
        if limit.kind == "substructure" and (limit.low, limit.high) == (None, 0):
            forbidden.append(resolve(limit.options["pattern"]).smarts)
        elif limit.kind == "substructure" and (limit.low, limit.high) == (1, None):
            params = {"smarts": resolve(limit.options["pattern"]).smarts, "use_chirality": False}
            found.append(_endpoint("MatchingSubstructure", limit.name, 1.0, Identity(), params))
            notes.append(f"{limit.said!r}: REINVENT halves the score of a molecule without it, and does not make it 0")
        elif named := _named(limit.kind, limit.options):
            step = Step(-1e9 if limit.low is None else limit.low, 1e9 if limit.high is None else limit.high)
            found.append(_endpoint(named[0], limit.said, 1.0, step, named[1]))
            notes.append(f"{limit.said!r} is written as a step with weight 1")
        else:
            notes.append(f"{limit.said!r} is not in REINVENT 4 and is left out")
    if forbidden:
        found.append(_endpoint("custom_alerts", "forbidden substructures", 1.0, Identity(), {"smarts": forbidden}))
    return found

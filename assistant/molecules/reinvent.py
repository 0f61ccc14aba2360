"""REINVENT's scoring functions in and out: the TOML of version 4, and the JSON of versions 2 and 3 in.

    read("scoring.toml").objective     ->  Objective(parts=(Part("properties", {"name": "mw"}, DoubleSigmoid(...)), ...
    write(objective).text              ->  the TOML, to be run by REINVENT 4
    read(write(objective)...)          ->  the same objective, wherever REINVENT has words for it

What REINVENT does otherwise is in `notes`, and the file that is written opens with them; a component that can't be
computed here (docking, say) is kept in `foreign` and written again: nothing is lost in silence.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import UserError
from assistant.molecules._reinvent_names import DESCRIPTORS, V3, V4
from assistant.molecules._reinvent_write import Written, write
from assistant.molecules.components import make
from assistant.molecules.desirability import Desirability, Identity, made
from assistant.molecules.objective import Limit, Objective, Part

__all__ = ["Read", "Written", "parsed", "read", "write"]

MEANS = ("geometric_mean", "custom_product")
WANTED_3 = {
    "sigmoid": ("low", "high", "k"),
    "reverse_sigmoid": ("low", "high", "k"),
    "double_sigmoid": ("low", "high", "coef_div", "coef_si", "coef_se"),
    "step": ("low", "high"),
    "right_step": ("low",),
    "left_step": ("low",),
}
"""The transformations of version 3 with their parameters; it writes more than it uses."""


@dataclass(frozen=True)
class Read:
    """A scoring function as read.

    Args:
        objective: what can be computed here.
        notes: a sentence for each thing that REINVENT would do otherwise.
        foreign: components that can't be computed here, as they stood in the file.
    """

    objective: Objective
    notes: tuple[str, ...] = ()
    foreign: tuple[dict[str, Any], ...] = ()


def read(path: Path | str) -> Read:
    """Read a file; which version it is, is told by what is in it.

    Raises:
        UserError: it can't be read, is no scoring function of REINVENT, or a value in it makes no sense.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise UserError(f"The file {str(path)!r} can't be read: {wrong}", do="check its path") from wrong
    return parsed(text, path.name)


def parsed(text: str, name: str = "the file") -> Read:
    """Read the text of a TOML or JSON file; `name` is for messages."""
    try:
        given = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError as wrong:
        raise UserError(f"{name!r} is neither TOML nor JSON: {wrong}", do="mend it there") from wrong
    old = _at(given, "parameters", "scoring_function") or given.get("scoring_function")
    if isinstance(old, Mapping):
        return _version_3(old, name)
    scoring = _at(given, "scoring") or (given if "component" in given else None)
    if isinstance(scoring, Mapping) and isinstance(scoring.get("component"), list):
        return _version_4(scoring, name)
    stages = [stage for stage in given.get("stage", []) if isinstance(stage, Mapping) and _at(stage, "scoring")]
    if len(stages) == 1:
        return _version_4(stages[0]["scoring"], name)
    if stages:
        raise UserError(f"{name!r} has {len(stages)} stages that score", do="give the scoring of one stage")
    raise UserError(
        f"{name!r} has no scoring function in it",
        "a [scoring] table with [[scoring.component]] (REINVENT 4), or parameters.scoring_function (2 and 3)",
    )


def _at(given: Mapping[str, Any], *keys: str) -> Any:
    found: Any = given
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


class _Gathered:
    """What reading has found so far."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.limits: list[Limit] = []
        self.notes: list[str] = []
        self.foreign: list[dict[str, Any]] = []

    def read(self) -> Read:
        return Read(Objective(tuple(self.parts), tuple(self.limits)), tuple(self.notes), tuple(self.foreign))

    def part(self, kind: str, options: dict[str, Any], shape: Desirability, weight: float, name: str) -> None:
        part = Part(kind, options, shape, weight, name)
        low, high = make(kind, **options).bounds
        if isinstance(shape, Identity) and (low < 0 or high > 1):
            self.notes.append(f"{part.name!r} has no transform; its values are cut to [0, 1] here")
        self.parts.append(part)

    def forbidden(self, patterns: Sequence[str]) -> None:
        self.limits.extend(Limit("substructure", {"pattern": pattern}, high=0) for pattern in patterns)

    def required(self, patterns: Sequence[str]) -> None:
        for pattern in patterns:
            self.limits.append(Limit("substructure", {"pattern": pattern}, low=1))
            self.notes.append(f"A molecule without {pattern!r} scores 0 here; REINVENT halves its score")

    def left(self, component: Mapping[str, Any], name: str) -> None:
        self.foreign.append(dict(component))
        self.notes.append(f"The component {name!r} can't be computed here and does not count")

    def nearest(self, references: Sequence[str], options: dict[str, Any], shape: Desirability, *more: Any) -> None:
        if len(references) > 1:
            self.notes.append("Of several reference molecules the nearest counts here; REINVENT scores each")
        smiles = references[0] if len(references) == 1 else list(references)
        self.part("similarity", {"smiles": smiles, **options}, shape, *more)


# --- version 4 -----------------------------------------------------------------------------------------------


def _version_4(scoring: Mapping[str, Any], name: str) -> Read:
    _mean(scoring.get("type", "geometric_mean"), name)
    found = _Gathered()
    for component in scoring["component"]:
        if not isinstance(component, Mapping) or len(component) != 1:
            raise UserError(f"A component of {name!r} is {component!r:.80}", "a table of one name, such as QED")
        (kind, body), *_ = component.items()
        endpoints = body.get("endpoint") if isinstance(body, Mapping) else None
        if not isinstance(endpoints, list) or not all(isinstance(each, Mapping) for each in endpoints) or not endpoints:
            raise UserError(f"The component {kind!r} of {name!r} has no endpoint", f"[[….{kind}.endpoint]]")
        for endpoint in endpoints:
            params = {**_table(body, "params", kind), **_table(endpoint, "params", kind)}
            if not _endpoint_4(found, kind, endpoint, params):
                found.left({kind: {**body, "endpoint": [endpoint]}}, str(endpoint.get("name", kind)))
    return found.read()


def _endpoint_4(found: _Gathered, kind: str, endpoint: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """False where the component is not known here."""
    plain = kind.lower().replace("-", "").replace("_", "")
    shape = _shape_4(endpoint.get("transform"), kind)
    more = shape, _weight(endpoint.get("weight", 1.0), kind), str(endpoint.get("name", ""))
    if shape is None:
        return False
    if plain in V4:
        found.part("properties", {"name": V4[plain]}, *more)
    elif plain == "rdkitdescriptors" and (ours := _descriptor(params.get("descriptor"))):
        found.part("properties", {"name": ours}, *more)
    elif plain == "groupcount":
        found.part("substructure", {"pattern": _texts(params, "smarts", kind)[0]}, *more)
    elif plain == "customalerts":
        found.forbidden(_texts(params, "smarts", kind))
    elif plain == "matchingsubstructure":
        found.required(_texts(params, "smarts", kind))
    elif plain == "tanimotodistance":
        options = {
            "radius": params.get("radius", 3),
            "counts": bool(params.get("use_counts", True)),
            "features": bool(params.get("use_features", True)),
        }
        found.nearest(_texts(params, "smiles", kind), options, *more)
    else:
        return False
    return True


def _shape_4(given: Any, kind: str) -> Any:
    """The desirability; None for a transform that only a component of others can have."""
    if given is None:
        return Identity()
    if not isinstance(given, Mapping) or not isinstance(given.get("type"), str):
        raise UserError(f"The transform of {kind!r} is {given!r}", "a table with a type, such as 'sigmoid'")
    type = given["type"].lower().replace("-", "_")
    names = {"doublesigmoid": "double_sigmoid", "reversesigmoid": "reverse_sigmoid", "rightstep": "right_step"}
    names |= {"leftstep": "left_step", "exponentialdecay": "exponential_decay", "expdecay": "exponential_decay"}
    type = names.get(type.replace("_", ""), type)
    if type == "value_mapping":
        return None
    unused = {"right_step": {"low"}, "left_step": {"high"}}.get(type, set())
    return made(type, **{key: value for key, value in given.items() if key != "type" and key not in unused})


def _descriptor(given: Any) -> str | None:
    names = {name.lower(): ours for ours, name in DESCRIPTORS.items()}
    return names.get(str(given).lower())


# --- versions 2 and 3 ----------------------------------------------------------------------------------------


def _version_3(function: Mapping[str, Any], name: str) -> Read:
    _mean(function.get("name", "custom_product"), name)
    components = function.get("parameters")
    if not isinstance(components, list) or not all(isinstance(each, Mapping) for each in components):
        raise UserError(f"The scoring function of {name!r} has no list 'parameters'", do="check that it is REINVENT's")
    found = _Gathered()
    for component in components:
        if not _component_3(found, component):
            found.left(component, str(component.get("name", component.get("component_type"))))
    return found.read()


def _component_3(found: _Gathered, component: Mapping[str, Any]) -> bool:
    kind = str(component.get("component_type"))
    params = _table(component, "specific_parameters", kind)
    shape = _shape_3(params.get("transformation"), kind)
    more = shape, _weight(component.get("weight", 1.0), kind), str(component.get("name", ""))
    if kind in V3:
        found.part("properties", {"name": V3[kind]}, *more)
    elif kind == "custom_alerts":
        found.forbidden(_texts({**component, **params}, "smiles", kind))
    elif kind == "matching_substructure":
        found.required(_texts({**component, **params}, "smiles", kind))
    elif kind == "tanimoto_similarity":
        found.nearest(_texts({**component, **params}, "smiles", kind), {"radius": 3, "features": True}, *more)
    else:
        return False
    return True


def _shape_3(given: Any, kind: str) -> Desirability:
    if not isinstance(given, Mapping) or given.get("transformation_type") in (None, "no_transformation"):
        return Identity()
    type = str(given["transformation_type"])
    wanted = WANTED_3.get(type)
    if wanted is None:
        raise UserError(f"The transformation of {kind!r} is {type!r}", f"one of: {', '.join(WANTED_3)}")
    fields = {key: given[key] for key in wanted if key in given}
    if type == "right_step" and "low" in fields:  # version 3 calls `low` what version 4 calls `high`
        fields = {"high": fields["low"]}
    return made("double_sigmoid_difference" if type == "double_sigmoid" else type, **fields)


# --- both ----------------------------------------------------------------------------------------------------


def _mean(type: Any, name: str) -> None:
    if type not in MEANS:
        raise UserError(f"The scoring of {name!r} is a {type!r}", f"here it is one of: {', '.join(MEANS)}")


def _weight(given: Any, kind: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given) or given < 0:
        raise UserError(f"The weight of {kind!r} is {given!r}", "a number from 0 on")
    return float(given)


def _table(given: Mapping[str, Any], key: str, kind: str) -> Mapping[str, Any]:
    found = given.get(key)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise UserError(f"{key!r} of {kind!r} is {found!r:.80}", "a table of names and values")
    return found


def _texts(params: Mapping[str, Any], key: str, kind: str) -> list[str]:
    given = params.get(key)
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise UserError(f"{key!r} of {kind!r} is {given!r}", "one text, or a list of texts")
    return texts

"""The contract of a reading, bounded by what is on screen: what a language model may answer, as a JSON schema.

    bounded(critique of "nope, complaint" about one mail)
    ->  {"type": "object", "required": ["acts", "clarify"], "properties": {"acts": {"maxItems": 2, "items": {"anyOf": [
            {"kind": "label", "targets": ["#1" | "all"], "label": {"op": ..., "value": "spam" | null}}, ...

It is made from `Reading.model_json_schema()`, so it follows the contract. Labels, properties and ids become enums,
each kind of act has its own parts only, and every string, list and number has an end: an unbounded one is where a
small model goes on for ever. All properties are required, as OpenAI's strict mode wants it; null says "none". The
confidence is not asked for, because it is measured (see `_answer.py`).
"""

from __future__ import annotations

import copy
import re
from typing import Any

from assistant.types import Context, Critique, Reading

__all__ = ["ALL", "LARGEST", "LONGEST", "PARTS", "bounded", "plain_schema"]

ALL = "all"
LONGEST = 2000
"""Characters of a message that are read."""
SEEN = 160
"""Characters of words that are quoted from the screen, or asked back."""
SAID = (24, 400)
"""Least and most characters of words that the person said; between them, as long as the message."""
PARTS = {
    "label": ("label", "evidence", "reason"),
    "edit": ("edit", "evidence", "reason"),
    "constraint": ("constraint", "reason"),
    "preference": ("preference", "reason"),
    "retract": (),
    "question": (),
    "command": ("command",),
    "none": (),
}
"""What an act of each kind has besides its kind and targets; the first is what it can't be without."""
LARGEST = 1_000_000_000
NUMBER: dict[str, Any] = {"type": "number", "minimum": -LARGEST, "maximum": LARGEST, "multipleOf": 0.0001}
NULL: dict[str, Any] = {"type": "null"}
BOUNDS = ("minItems", "maxItems", "maxLength", "minimum", "maximum", "multipleOf")


def bounded(critique: Critique) -> dict[str, Any]:
    """The JSON schema of the readings of these words in this context: no reference, no string without an end."""
    return _Bounds(critique).reading()


def plain_schema(schema: Any) -> Any:
    """The same schema without lengths and ranges, for servers that refuse them; enums stay."""
    if isinstance(schema, dict):
        return {key: plain_schema(value) for key, value in schema.items() if key not in BOUNDS}
    return [plain_schema(item) for item in schema] if isinstance(schema, list) else schema


class _Bounds:
    def __init__(self, critique: Critique) -> None:
        self.context: Context = critique.context
        self.screen = [output.id for output in self.context.outputs]
        text = critique.text[:LONGEST]
        self.words = max(1, len(re.findall(r"\w+", text)))
        self.said = min(max(len(text), SAID[0]), SAID[1])
        self.defs: dict[str, Any] = Reading.model_json_schema()["$defs"]

    def reading(self) -> dict[str, Any]:
        kinds = [kind for kind in PARTS if self._possible(kind)]
        most = Reading.model_json_schema()["properties"]["acts"]["maxItems"]
        acts = _list({"anyOf": [self._act(kind) for kind in kinds]}, 1, min(most, self.words))
        return _object({"acts": acts, "clarify": _maybe(_text(SEEN))})

    def _possible(self, kind: str) -> bool:
        """Acts about outputs need some on screen, and a preference needs two."""
        return len(self.screen) >= {"label": 1, "edit": 1, "preference": 2}.get(kind, 0)

    def _act(self, kind: str) -> dict[str, Any]:
        parts = {part: getattr(self, f"_{part}")() for part in PARTS[kind]}
        return _object({"kind": _enum([kind]), "targets": self._targets(kind), **parts})

    def _targets(self, kind: str) -> dict[str, Any]:
        if kind in ("command", "none"):
            return _list(_enum([ALL]), 0, 0)
        # a question or a taking back may concern nothing that is on screen
        return _list(_enum([*self.screen, ALL]), 0 if kind in ("retract", "question") else 1, max(1, len(self.screen)))

    def _label(self) -> dict[str, Any]:
        labels = list(self.context.vocabulary.labels)
        return self._part(
            "LabelAct",
            value=_enum([*labels, None]),
            span=_maybe(_text(SEEN)),
            candidates=_list(_enum(labels), 0, min(4, len(labels))) if labels else _list(_text(1), 0, 0),
        )

    def _edit(self) -> dict[str, Any]:
        texts = _list(_text(self.said), 1, 8)
        return self._part("EditAct", old=_maybe(_text(SEEN)), new={"anyOf": [_text(self.said), texts, NULL]})

    def _constraint(self) -> dict[str, Any]:
        vocabulary = self.context.vocabulary
        names = [name.name for name in vocabulary.properties if name.name != "label"]
        scalars = [_text(self.said), NUMBER]
        value = {"anyOf": [*scalars, {"type": "boolean"}, NULL, _list({"anyOf": scalars}, 1, 20)]}
        named = _enum(names) if names else _text(40)
        rules = [self._part("ConstraintAct", property=named, value=value)]
        if vocabulary.labels:
            labels = _enum(list(vocabulary.labels))
            same = _enum(["eq", "ne"])
            rules.insert(0, self._part("ConstraintAct", property=_enum(["label"]), operator=same, value=labels))
            rules = rules if names else rules[:1]
        return {"anyOf": rules} if len(rules) > 1 else rules[0]

    def _preference(self) -> dict[str, Any]:
        tier = _list(_enum(self.screen), 1, len(self.screen))
        return self._part("PreferenceAct", order=_list(tier, 2, len(self.screen)))

    def _command(self) -> dict[str, Any]:
        (options,) = [option for option in self.defs["Act"]["properties"]["command"]["anyOf"] if "enum" in option]
        return _enum(options["enum"])

    def _evidence(self) -> dict[str, Any]:
        return _list(self._part("Evidence", text=_text(SEEN)), 0, 3)

    def _reason(self) -> dict[str, Any]:
        return _maybe(_text(self.said))

    def _part(self, name: str, **known: dict[str, Any]) -> dict[str, Any]:
        """A part of an act as the contract has it, with `known` fields replaced and the others bounded."""
        properties: dict[str, Any] = copy.deepcopy(self.defs[name]["properties"])
        return _object({key: known.get(key) or self._end(value) for key, value in properties.items()})

    def _end(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A field of the contract with an end: choices stay, words are as long as the message at most."""
        if "enum" in schema:
            return _enum(schema["enum"])
        if "anyOf" in schema:
            return {"anyOf": [self._end(option) for option in schema["anyOf"]]}
        return _text(self.said) if schema.get("type") == "string" else {"type": schema["type"]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: dict[str, Any], least: int, most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest}


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, NULL]}


def _enum(values: list[Any]) -> dict[str, Any]:
    """Some strings, and None where it is among them."""
    values = list(dict.fromkeys(values))
    return {"type": ["string", "null"] if None in values else "string", "enum": values}

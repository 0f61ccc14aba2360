"""Critiques with their gold readings, in a notation made for writing and reading them by hand.

    @ classification / mail                       a scene: its family and the name of its task,
    labels: spam | order | complaint              its vocabulary (also properties: and objects:, with commas),
    #1 order << My parcel arrived broken          what is on screen: value << input (- where it isn't shown)
    - nope, complaint: it was broken              a message; ¦ marks where the words of the next act begin
      label #1 is complaint ; +arrived broken     its acts, one a line
    ->  {"task": "mail", "family": "classification", "context": {...}, "message": "nope, ...", "reading": {...}}

Acts: `label IDS is|is_not VALUE` (? for the value on screen), `con IDS PROPERTY OPERATOR VALUE STRENGTH SCOPE`,
`edit IDS OP OBJECT`, `pref #2 > #1=#3`, `retract IDS`, `question IDS`, `cmd NAME`, `none`; IDS are `#1,#2`, `all`
or `-`. After ` ; ` come fields (span= cand= old= new= where= when= aspect= why=) and evidence: +for -against
!error ?missing ~ignore. `ask: ...` is the question back, `low` a doubtful reading, `2: ...` an act of the second part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import UserError

__all__ = ["parse"]

ROLES = {"+": "for", "-": "against", "!": "error", "?": "missing", "~": "ignore"}
FIELD = re.compile(r"(span|cand|old|new|where|when|aspect|why)=(.*)", re.S)
OUTPUT = re.compile(r"(#\d+) (.*?)(?:\s*<<\s*(.*))?$")
SCENE = re.compile(r"@\s*([\w-]+)\s*/\s*([\w-]+)\s*$")
VOCABULARY = {"labels": "|", "properties": ",", "objects": ","}


@dataclass
class Scene:
    """Where the following messages are said."""

    family: str = ""
    task: str = ""
    vocabulary: dict[str, list[str]] = field(default_factory=dict)
    outputs: list[dict[str, Any]] = field(default_factory=list)

    def context(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"labels": [], "properties": []}
        return {**empty, **self.vocabulary, "outputs": list(self.outputs)}


def parse(text: str, name: str = "critiques") -> Iterator[dict[str, Any]]:
    """The rows of a text in the contract's form, with where the words of each act begin.

    Raises:
        UserError: a line does not keep to the notation; it is named.
    """
    scene, message, acts, at = Scene(), "", list[str](), 0
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if message and line[:1] in (" ", "\t") and line.strip():
            acts.append(line.strip())
            continue
        if message:
            yield _row(scene, message, acts, f"Line {at} of {name}")
            message, acts = "", []
        if line.startswith("- "):
            message, at = line[2:].strip(), number
        elif line.strip() and not line.startswith("//"):
            scene = _staged(scene, line, f"Line {number} of {name}")


def _staged(scene: Scene, line: str, where: str) -> Scene:
    """The scene as a line sets or changes it."""
    named, shown = SCENE.match(line), OUTPUT.match(line)
    if named:
        return Scene(family=named[1], task=named[2])
    if shown:
        output: dict[str, Any] = {"id": shown[1], "value": _value(shown[2].strip())}
        if shown[3] is not None:
            output["input"] = None if shown[3].strip() == "-" else shown[3].strip()
        kept = [] if shown[1] == "#1" else scene.outputs
        return Scene(scene.family, scene.task, scene.vocabulary, [*kept, output])
    key, colon, said = line.partition(":")
    if colon and key in VOCABULARY:
        names = [one.strip() for one in said.split(VOCABULARY[key]) if one.strip()]
        return Scene(scene.family, scene.task, {**scene.vocabulary, key: names}, scene.outputs)
    raise UserError(
        f"{where} is not understood: {line[:60]!r}",
        "a scene is @ family / task, then labels:, properties:, objects:, #1 VALUE << INPUT, - MESSAGE",
    )


def _value(said: str) -> Any:
    """A list of tagged spans is JSON; anything else is text."""
    return json.loads(said) if said.startswith("[[") else said


def _row(scene: Scene, message: str, lines: Sequence[str], where: str) -> dict[str, Any]:
    pieces = message.split("¦")
    asks = next((line[4:].strip() for line in lines if line.startswith("ask:")), None)
    low = "low" in lines
    acts = [line for line in lines if line != "low" and not line.startswith("ask:")]
    owners, parsed = [], []
    for index, line in enumerate(acts):
        numbered = re.match(r"(\d+):\s*(.*)", line)
        owners.append(int(numbered[1]) - 1 if numbered else index if len(pieces) > 1 else 0)
        try:
            parsed.append(_act(numbered[2] if numbered else line))
        except (ValueError, IndexError, KeyError) as wrong:
            raise UserError(
                f"{where}: the act {line[:60]!r} is not understood", "see the head of _notation.py"
            ) from wrong
    confidence = 0.5 if low else 0.7 if asks else 0.95
    row = {
        "task": scene.task, "family": scene.family, "context": scene.context(), "message": "".join(pieces),
        "reading": {"acts": parsed, "clarify": asks, "confidence": confidence},
    }  # fmt: skip
    if len(pieces) == 1:
        return row
    return {**row, "parts": [sum(map(len, pieces[:n])) for n in range(len(pieces))], "act_parts": owners}


def _act(line: str) -> dict[str, Any]:
    head, *rest = re.split(r"\s+;(?:\s+|$)", line)
    kind, *words = head.split()
    fields, evidence = _fields(rest)
    act: dict[str, Any] = {"targets": _ids(words[0]) if words and kind not in ("pref", "cmd") else []}
    if evidence:
        act["evidence"] = evidence
    if "why" in fields:
        act["reason"] = fields["why"]
    if kind == "label":
        named = " ".join(words[2:])
        label: dict[str, Any] = {"op": words[1], "value": None if named == "?" else named}
        label |= {"span": fields["span"]} if "span" in fields else {}
        label |= {"candidates": [one.strip() for one in fields["cand"].split("|")]} if "cand" in fields else {}
        return {"kind": "label", **act, "label": label}
    if kind == "con":
        strength, scope = words[-2:]
        value = " ".join(words[3:-2])
        # a label may be called "1"
        rule = {
            "property": words[1],
            "operator": words[2],
            "value": value.strip('"') if words[1] == "label" else _literal(value),
        }
        rule |= {"strength": strength, "scope": scope, "when": fields.get("when")}
        return {"kind": "constraint", **act, "constraint": rule}
    if kind == "edit":
        new = fields.get("new")
        listed = json.loads(new) if new and new.startswith("[") else new
        edit = {"op": words[1], "object": " ".join(words[2:]), "old": fields.get("old"), "new": listed}
        return {"kind": "edit", **act, "edit": {**edit, "where": fields.get("where")}}
    if kind == "pref":
        order = [[one.strip() for one in tier.split("=")] for tier in head[4:].split(">")]
        act["targets"] = [one for tier in order for one in tier]
        return {"kind": "preference", **act, "preference": {"order": order, "aspect": fields.get("aspect")}}
    if kind == "cmd":
        return {"kind": "command", "targets": [], "command": words[0]}
    if kind in ("retract", "question", "none"):
        return {"kind": kind, **act}
    raise ValueError(kind)


def _fields(parts: Sequence[str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    fields: dict[str, str] = {}
    evidence = []
    for part in filter(None, map(str.strip, parts)):
        named = FIELD.match(part)
        if named:
            fields[named[1]] = named[2].strip()
        else:
            evidence.append({"text": part[1:].strip(), "role": ROLES[part[0]]})
    return fields, evidence


def _ids(said: str) -> list[str]:
    return [] if said == "-" else said.split(",")


def _literal(said: str) -> Any:
    """A number, true, false, a list, text; nothing is null."""
    if not said:
        return None
    try:
        value = json.loads(said)
    except ValueError:
        return said
    return value if not isinstance(value, dict) else said

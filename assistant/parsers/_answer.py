"""From what a language model answered to a reading that keeps to the contract, or the reason why it can't be one.

    reading_of('{"acts":[{"kind":"label","targets":["#1"],"label":{"op":"is","value":"Complaint"}}],"clarify":null}',
               critique, 0.9)
    ->  Reading(acts=[label is "complaint" of #1], confidence=0.9)

Some servers accept a schema and ignore it, so everything is checked here again: ids are on screen, labels and
properties are the task's, an act has what its kind needs. Evidence that is nowhere on screen is no evidence: it is
left out, and the reading is not sure any more, so that it waits for the person's word.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from pydantic import ValidationError

from assistant.parsers._bounded import ALL, LARGEST, LONGEST, PARTS
from assistant.parsers._decode import Answer
from assistant.parsers._evidence import exact
from assistant.parsers.gesture import read_gesture
from assistant.types import Act, Context, Critique, Evidence, Reading

__all__ = ["UNREAD", "NoReading", "long_said", "read_without_model", "reading_of", "same", "sureness"]

UNREAD = Reading(
    acts=(Act(kind="none", targets=()),),
    clarify="I could not make out what you mean; can you say it in fewer or other words?",
    confidence=0.0,
)
ASKED = 0.7
"""The most that a reading with a question back is sure of: it must not apply before the answer."""
INVENTED = 0.5
"""The most that a reading is sure of whose evidence is not on screen."""
AIMED = ("label", "edit", "constraint")
"""The kinds of acts that must say what they are about; a preference says so by its order."""


class NoReading(ValueError):
    """An answer is no reading; the text says why, so that the model can do better."""


def read_without_model(critique: Critique) -> Reading | None:
    """The reading of a gesture or of no words; None: a model is needed."""
    if critique.gesture is not None:
        return read_gesture(critique)
    return None if critique.text.strip() else Reading(acts=(Act(kind="none", targets=()),), confidence=1.0)


def long_said(reading: Reading, critique: Critique) -> Reading:
    """The reading; of a message too long to be read whole, with a question for the rest of it."""
    if len(critique.text) <= LONGEST:
        return reading
    ask = f"That was long: I read its first {LONGEST} characters. Can you say the rest in a new message?"
    return reading.model_copy(update={"clarify": ask, "confidence": min(reading.confidence, 0.3)})


def reading_of(text: str, critique: Critique, confidence: float) -> Reading:
    """The reading in an answer; words around the JSON, such as thoughts, are skipped.

    Raises:
        NoReading: it is no reading of this critique in its context.
    """
    plain = _json(text)
    context = critique.context
    acts = plain.get("acts")
    if not isinstance(acts, list) or not acts:
        raise NoReading('"acts" must be a list of at least one act')
    clarify = plain.get("clarify")
    if clarify is not None and not isinstance(clarify, str):
        raise NoReading('"clarify" must be a text or null')
    clarify = (clarify or "").strip() or None
    confidence = min(confidence, ASKED) if clarify else confidence
    try:
        read = Reading(acts=tuple(_act(act, context) for act in acts), clarify=clarify, confidence=confidence)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise NoReading(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from wrong
    return _verbatim(read, critique)


def same(one: Reading, other: Reading) -> bool:
    """Whether two readings would change the same things; words that only explain may differ."""
    return _changes(one) == _changes(other)


def _changes(reading: Reading) -> list[str]:
    wording = {"evidence", "reason", "aspect", "when", "where"}
    parts = [act.model_dump(mode="json") for act in reading.acts]
    for part in parts:
        part["targets"] = sorted(part["targets"])
    bare = [{k: _without(v, wording) for k, v in part.items() if k not in wording} for part in parts]
    return sorted(json.dumps(part, sort_keys=True) for part in bare)


def _without(value: Any, names: set[str]) -> Any:
    return {k: v for k, v in value.items() if k not in names} if isinstance(value, dict) else value


def _json(text: str) -> dict[str, Any]:
    answer = text.rpartition("</think>")[2]
    start, stop = answer.find("{"), answer.rfind("}")
    try:
        plain = json.loads(answer[start : stop + 1], parse_constant=_refuse) if start >= 0 else None
    except (ValueError, RecursionError) as wrong:
        raise NoReading(f"it is not valid JSON: {wrong}") from wrong
    if not isinstance(plain, dict):
        raise NoReading("it is not a JSON object")
    if re.search(r"\\u(?:0000|d[89a-f])", answer, re.I) and not _storable(plain):
        raise NoReading("it has characters that are no text")
    return plain


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _storable(plain: Any) -> bool:
    """Whether all texts are text that files and databases take: no NUL, no half of a character."""
    text = json.dumps(plain, ensure_ascii=False)
    return "\\u0000" not in text and not re.search(r"[\ud800-\udfff]", text)


def _act(plain: Any, context: Context) -> dict[str, Any]:
    """An act with the parts of its kind only, its names checked against the context."""
    kind = plain.get("kind") if isinstance(plain, dict) else None
    if not isinstance(kind, str) or kind not in PARTS:
        raise NoReading(f'"kind" must be one of {", ".join(PARTS)}')
    act: dict[str, Any] = {"kind": kind, "targets": _targets(kind, plain.get("targets"), context)}
    act |= {part: plain[part] for part in PARTS[kind] if plain.get(part) is not None}
    needed = PARTS[kind][0] if PARTS[kind] else None
    if needed and (needed not in act or (kind != "command" and not isinstance(act[needed], dict))):
        raise NoReading(f'an act of the kind "{kind}" needs "{needed}"')
    if kind == "label":
        act["label"] = _label(act["label"], context)
    elif kind == "constraint":
        act["constraint"] = _constraint(act["constraint"], context)
    elif kind == "preference":
        act |= _preference(act["preference"], context)
    return act


def _targets(kind: str, ids: Any, context: Context) -> list[str]:
    if kind in ("command", "none"):
        return []
    ids = ids if isinstance(ids, list) else []
    screen = [output.id for output in context.outputs]
    strange = [id for id in ids if id not in (*screen, ALL)]
    if strange:
        raise NoReading(f"{strange[0]!r} is not on screen; there is: {', '.join(screen) or 'nothing'}")
    if kind in AIMED and not ids:
        raise NoReading(f'an act of the kind "{kind}" needs "targets"')
    if kind in ("label", "edit") and not screen:
        raise NoReading("nothing is on screen that could be labelled or edited")
    return [ALL] if ALL in ids else list(dict.fromkeys(ids))


def _label(plain: dict[str, Any], context: Context) -> dict[str, Any]:
    label = {**plain, "value": _named(plain.get("value"), context.vocabulary.labels, "label")}
    candidates = plain.get("candidates") or []
    if not isinstance(candidates, list):
        raise NoReading('"candidates" must be a list of labels')
    return {**label, "candidates": [_named(name, context.vocabulary.labels, "label") for name in candidates if name]}


def _constraint(plain: dict[str, Any], context: Context) -> dict[str, Any]:
    names, labels = [each.name for each in context.vocabulary.properties], context.vocabulary.labels
    known = [*names, "label"] if labels else names
    if plain.get("property") is None or plain.get("value") in ([], ""):
        raise NoReading("a constraint needs a property and a value, which may be null")
    values = plain.get("value")
    for value in values if isinstance(values, list) else [values]:
        if isinstance(value, int | float) and abs(value) > LARGEST:
            raise NoReading(f"numbers are at most {LARGEST}")
    rule = {**plain, "property": _named(plain["property"], known, "property") if known else plain["property"]}
    if rule["property"] == "label" and labels:
        if plain.get("value") is None:
            raise NoReading("a rule about the label needs a label as its value")
        rule["value"] = _named(plain["value"], labels, "label")
    return rule


def _preference(plain: dict[str, Any], context: Context) -> dict[str, Any]:
    """The ranking, with each output in its best tier only, and the targets that follow from it."""
    seen: set[str] = set()
    order = []
    tiers = plain.get("order")
    for tier in tiers if isinstance(tiers, list) else []:
        fresh = list(dict.fromkeys(id for id in _targets("question", tier, context) if id not in seen and id != ALL))
        seen.update(fresh)
        order += [fresh] if fresh else []
    if len(order) < 2:
        raise NoReading('"order" needs at least two tiers of different outputs on screen')
    return {"preference": {**plain, "order": order}, "targets": [id for tier in order for id in tier]}


def _named(name: Any, known: Any, kind: str) -> str | None:
    """A name as the vocabulary spells it; None stays None."""
    if name is None or name in known:
        return name  # type: ignore[no-any-return]
    alike = [each for each in known if isinstance(name, str) and each.casefold() == name.strip().casefold()]
    if len(alike) != 1:
        shown = ", ".join(map(repr, list(known)[:20]))
        raise NoReading(f"there is no {kind} {str(name)[:60]!r}; there is: {shown or 'none, so it is null'}")
    return str(alike[0])


def _verbatim(reading: Reading, critique: Critique) -> Reading:
    """The reading with its evidence as it stands on screen, and with what the person marked."""
    acts, invented = [], False
    for act in reading.acts:
        texts = _texts(act, critique.context)
        found = [(spot, next(filter(None, (exact(spot.text, text) for text in texts)), None)) for spot in act.evidence]
        evidence = [spot.model_copy(update={"text": text}) for spot, text in found if text]
        invented = invented or len(evidence) < len(act.evidence)
        if act.kind == "label" and not evidence:
            marked = (mark.text for mark in critique.context.selection if mark.text.strip())
            evidence = [Evidence(text=mark) for mark in marked if any(mark in text for text in texts)]
        acts.append(act.model_copy(update={"evidence": tuple(dict.fromkeys(evidence))}))
    sure = min(reading.confidence, INVENTED) if invented else reading.confidence
    return reading.model_copy(update={"acts": tuple(acts), "confidence": sure})


def _texts(act: Act, context: Context) -> list[str]:
    shown = [output for output in context.outputs if ALL in act.targets or output.id in act.targets]
    return [text for output in shown for text in (output.input, output.value) if isinstance(text, str)]


def sureness(answer: Answer) -> float:
    """The product of the probabilities of the tokens that say what changes, in [0, 1]; those of words that only
    explain (a reason, a quote, a question) count nothing, because they can be worded in many ways."""
    explain = r'"(?:reason|aspect|when|where|text|clarify)":\s*"((?:[^"\\]|\\.)*)'
    free = [match.span(1) for match in re.finditer(explain, answer.text)]
    said = [chance for at, chance in answer.chances if not any(start <= at < stop for start, stop in free)]
    return min(1.0, math.prod(said))

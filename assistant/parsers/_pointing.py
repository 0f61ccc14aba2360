"""What is said of marked parts of an output, "this must stay": the part itself is the value of a rule.

    marked: the ring of #2;  "this bit has to stay"   ->  substructure contains "c1ccncc1", must, of the task
    marked: the same;        "lose this"              ->  substructure not_contains "c1ccncc1"
    marked: the same;        "too greasy"             ->  None: it is not about the part alone, so a parser reads it

Only short messages that say no more than whether the marked part stays or goes: pointing leaves nothing to guess, so
it means the same for every parser, as gestures do.
"""

from __future__ import annotations

import re

from assistant.types import Act, ConstraintAct, Critique, Reading

__all__ = ["read_pointing"]

PART = r"(?:(?:this|that|the|these|those)(?: marked| selected| highlighted)?(?: \w+)?|it|them)"
STAY = re.compile(
    rf"(?:please )?(?:(?:always )?(?:keep|retain|preserve|leave|hold on to|don'?t (?:touch|change|lose)) {PART}"
    rf"|{PART} (?:must|has to|have to|should|needs to|shall) (?:always )?(?:stay|remain|be kept|be there)"
    rf"|{PART} stays?|i (?:like|want|need) {PART})(?: please| in| as it is| there| alone)?"
)
GO = re.compile(
    rf"(?:please )?(?:(?:lose|drop|remove|delete|avoid|kill|get rid of|take out|no more|without|no) {PART}"
    rf"|{PART} (?:must|has to|have to|should|needs to|can) (?:go|disappear|be gone|be removed|leave)"
    rf"|{PART} goes|i (?:don'?t like|hate|don'?t want) {PART})(?: please| away| out)?"
)
NEVER = re.compile(r"(?:never )(?:have |show |use )?(?:this|that|it)(?: again)?")


def read_pointing(critique: Critique) -> Reading | None:
    """The rule about what was marked; None where nothing was, or where more is said than that it stays or goes."""
    marked = [piece for piece in critique.context.selection if piece.parts and piece.text]
    about = next((each.name for each in critique.context.vocabulary.properties if each.values == "part"), None)
    words = " ".join(re.sub(r"[^\w' ]", " ", critique.text.casefold().replace("’", "'")).split())
    if not marked or about is None:
        return None
    if STAY.fullmatch(words):
        operator = "contains"
    elif GO.fullmatch(words) or NEVER.fullmatch(words):
        operator = "not_contains"
    else:
        return None
    acts = tuple(
        Act(
            kind="constraint",
            targets=("all",),
            constraint=ConstraintAct.model_validate(
                {"property": about, "operator": operator, "value": piece.text, "strength": "must", "scope": "task"}
            ),
        )
        for piece in marked[:8]
    )
    return Reading(acts=acts, confidence=1.0)

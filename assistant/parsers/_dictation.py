"""What a person would have said, in their own words, is the answer itself: nothing in it is to be read.

    you should have said: we open at nine      ->  edit: replace the answer #1 by "we open at nine"
    #2 should say "No dogs, please."           ->  the same of #2
    you should have said sorry                 ->  None: it may be about the answer, so a parser reads it

Only what stands in quotes to the end, or behind a colon: words that are handed over leave nothing to guess, so they
mean the same for every parser, as gestures do.
"""

from __future__ import annotations

import re

from assistant.types import Act, Critique, EditAct, OnScreen, Reading

__all__ = ["read_dictation"]

WHICH = r"(?P<which>#\d+|(?:the )?(?:first|second|third|last)(?: one| answer| reply| summary)?)"
OPENS = re.compile(
    rf"(?:no,? |well,? )?(?:(?:{WHICH}|you|it|that|i|the (?:right |correct |best )?(?:answer|reply|summary)) "
    r"(?:should|could|must|ought to|would)(?: rather| better| just)?(?: have)?"
    r"(?: (?:be|been|say|said|read|answer|answered|reply|replied|written|write)\b)?"
    r"|(?:the )?(?:right|correct|better|best) (?:answer|reply|summary)(?: is| would be| was)?"
    r"|(?:better|instead|rather)(?: say)?|(?:please )?(?:say|answer|reply|write)(?: instead| rather)?)",
    re.IGNORECASE,
)
QUOTED = re.compile(r"\s*[:,]?\s*(?:[\"“„](?P<quoted>[^\"“”„]+)[\"”“])(?: instead| rather)?[.!]?\s*")
BEHIND = re.compile(r"\s*:\s*(?P<said>\S.*)", re.DOTALL)
PLACES = {"first": 0, "second": 1, "third": 2, "last": -1}


def read_dictation(critique: Critique) -> Reading | None:
    """The edit; None where more or less is said than the words of an answer, or where answers are no texts."""
    outputs = critique.context.outputs
    if "text" not in critique.context.vocabulary.objects or not outputs or critique.gesture is not None:
        return None
    opens = OPENS.match(critique.text.strip())
    if opens is None:
        return None
    rest = critique.text.strip()[opens.end() :]
    found = QUOTED.fullmatch(rest) or BEHIND.fullmatch(rest)
    target = _target(opens["which"], outputs)
    if found is None or target is None:
        return None
    said = next(part for part in found.groups() if part).strip()
    edit = EditAct(op="replace", object="answer", old=None, new=said)
    return Reading(acts=(Act(kind="edit", targets=(target.id,), edit=edit),), confidence=1.0)


def _target(which: str | None, outputs: tuple[OnScreen, ...]) -> OnScreen | None:
    """The answer that is named; the first where none is."""
    if not which:
        return outputs[0]
    if which.startswith("#"):
        return next((seen for seen in outputs if seen.id == which), None)
    place = next(at for word, at in PLACES.items() if word in which.lower())
    return outputs[place] if place < len(outputs) else None

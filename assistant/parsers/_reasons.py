"""Reasons: the clause that says why is found again, word by word, in what was on screen.

evidence_of(view of "they want their money back", [output #1])
->  Evidence("I want my money back", role="for")
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.parsers._evidence import Found, exact, locate
from assistant.parsers._points import Point
from assistant.parsers._scene import Scene, View, texts_of
from assistant.parsers._words import REASON, words
from assistant.types import Evidence, OnScreen

__all__ = ["evidence_of", "given_in", "is_explaining", "said"]

AGAINST = re.compile(r"\b(?:despite|even though|although|in spite of)\b", re.I)
IGNORE = re.compile(r"^\W*(?:please\s+)?(?:ignore|forget|disregard|leave aside)\b", re.I)
PAIR = re.compile(r"\s*(?:\bvs\.?\b|\band\b|[,;+&])\s*", re.I)
LEAST = 0.5


def evidence_of(text: str, quoted: Sequence[str], outputs: Sequence[OnScreen], least: float = LEAST) -> list[Evidence]:
    """The words of the outputs that a reason speaks of, verbatim: each quoted part, else the best aligned run."""
    texts = [part for output in outputs for part in texts_of(output)]
    role = "against" if AGAINST.search(text) else "ignore" if IGNORE.search(text) else "for"
    spots = [spot for quote in quoted for t in texts if (spot := exact(quote, t))]
    if not spots:
        bare = REASON.sub("", IGNORE.sub("", text)).strip()
        best = _best(bare, texts, least)
        parts = [hit for part in PAIR.split(bare) if part and (hit := _best(part, texts, 0.6))]
        # "lamp and flickering": two spots that no single run of words joins
        if len(parts) > 1 and (best is None or best.score < 0.8):
            spots = [hit.text for hit in parts]
        elif best:
            spots = [best.text]
    return [Evidence.model_validate({"text": spot, "role": role}) for spot in dict.fromkeys(spots) if spot.strip()]


def _best(said: str, texts: Sequence[str], least: float) -> Found | None:
    hits = [hit for text in texts if (hit := locate(said, text, least))]
    return max(hits, key=lambda hit: hit.score) if hits else None


def is_explaining(view: View) -> bool:
    """Whether a clause that says nothing by itself repeats words of what is on screen."""
    quoted = [quote.text for quote in view.scene.quoted(view.clause)]
    strong = 0.6 if len(words(view.clause.text)) > 1 else 0.9
    return bool(evidence_of(view.clause.text, quoted, view.scene.context.outputs, strong))


def said(view: View) -> str:
    """The reason in the person's words, without its "because"."""
    return REASON.sub("", view.clause.text).strip(" ,.:;()")


def given_in(view: View, point: Point) -> Point:
    """A label clause that also says why: "'could you' makes it a request", "Delight -> positive"."""
    if not point.acts:
        return point
    clause, scene = view.clause, view.scene
    rest, at = [], clause.start
    for mention in scene.named(clause):
        rest.append(scene.text[at : max(at, mention.start)])
        at = max(at, mention.end)
    rest.append(scene.text[at : clause.end])
    quoted = [q.text for q in scene.quoted(clause)]
    acts = []
    for act in point.acts:
        if act.label is not None and act.label.span is None:
            outputs = on_screen(scene, act.targets)
            act = act.model_copy(update={"evidence": tuple(evidence_of(" ".join(rest), quoted, outputs, 0.6))})
        acts.append(act)
    return Point(tuple(acts), point.sure, point.ask)


def on_screen(scene: Scene, targets: Sequence[str]) -> list[OnScreen]:
    return [output for output in scene.context.outputs if output.id in targets]

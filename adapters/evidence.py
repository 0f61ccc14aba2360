"""What a training changed in more than figures: both versions are asked the same, and what differs is told.

    view = see(model, examples, new, known)   # before the training: examples, and the words that it could learn
    before = look(model, view)
    fit(model, ...)
    learned(model, view, before, look(model, view))
      -> Learned(looked=160, moved=14, behaviours=(Behaviour(words=("refund",), before="question", after="order", …),),
                 counts=(Counts(word="refund", value="complaint", before=0.02, after=0.94, texts=4),))

Answers that changed alike are grouped by what they are about (Butina 1999, on the model's own vectors) and named by the
words that set them apart (log odds with a prior, Monroe et al. 2008). What a word counts is what the answer loses
without it (occlusion), so it holds for any model that has `logp`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from adapters.gate import Exam, Sheet
from adapters.influence import causes, influence
from adapters.models import Model
from assistant.types import Behaviour, Changed, Counts, Example, Label, Learned, Lost, Preference

__all__ = ["Look", "View", "distinctive", "learned", "look", "see", "worse"]

WORDS, TEXTS = 6, 3
"""How many words are tried, each in how many texts."""
LIKE = 0.45
"""The cosine from which on two texts are about the same."""
FEWEST = 3
"""Answers that make a group."""
MOST, TYPICAL, NAMES = 8, 3, 3
"""Of the groups, the examples of each, and the words that name it."""
LOST, BLAMED = 12, 16
"""Of what got worse, the examples that are kept, and the newest feedback that is looked through for causes."""
NATS = 0.2
"""What a word must count, and by how much more than before, to be told."""
SURE = 1.64
"""Standard errors of the log odds from which on a word sets texts apart."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
Texts = Sequence[str]


@dataclass(frozen=True)
class View:
    """What both versions are asked: examples, and (word, text, text without it)."""

    examples: Sequence[Example]
    probes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Look:
    """A version's answers to the examples, and the (P, C) nats that each probe's text loses without the word."""

    answers: list[Any]
    lost: np.ndarray[Any, Any]


def see(model: Model, examples: Sequence[Example], new: Sequence[Any], known: Sequence[Example]) -> View:
    """The view: words that were pointed at, then those that set the examples of one value apart."""
    said = [f for f in new if isinstance(f, Label) and f.op == "is" and isinstance(f.input, str)]
    texts = {f.input: f.value for f in said} | {e.input: e.label for e in known if isinstance(e.input, str)}
    if not model.values() or not texts:
        return View(examples, ())
    pointed = [w for f in said for piece in f.evidence if piece.role == "for" for w in _words(piece.text)]
    apart: list[tuple[float, str]] = []
    for value in dict.fromkeys(texts.values()):
        inside = [text for text, of in texts.items() if of == value]
        outside = [text for text, of in texts.items() if of != value]
        apart += [(z, word) for word, z in distinctive(inside, outside, WORDS)]
    ranked = [word for _, word in sorted(apart, key=lambda one: -one[0])]
    words = list(dict.fromkeys([*(w for w, _ in Counter(pointed).most_common(WORDS // 2)), *ranked]))[:WORDS]
    everywhere = [*texts, *(e.input for e in examples if isinstance(e.input, str))]
    return View(examples, [probe for word in words for probe in _probes(word, everywhere)])


def look(model: Model, view: View) -> Look:
    """Ask everything of the adapter that the model holds now."""
    answers = [p.value for p in model.predict([e.input for e in view.examples])] if view.examples else []
    values = model.values()
    if not view.probes:
        return Look(answers, np.zeros((0, len(values))))
    whole = _logp(model, [text for _, text, _ in view.probes], values)
    return Look(answers, whole - _logp(model, [less for _, _, less in view.probes], values))


def learned(model: Model, view: View, before: Look, after: Look) -> Learned:
    """What changed between the two looks; the model holds the newer version."""
    moved = [
        Changed(example_id=e.id, input=e.input, before=a, after=b)
        for e, a, b in zip(view.examples, before.answers, after.answers, strict=True)
        if a != b
    ]
    return Learned(
        looked=len(view.examples),
        moved=len(moved),
        behaviours=_behaviours(moved, [e.input for e in view.examples], model.embed),
        words=len({word for word, _, _ in view.probes}),
        counts=_counting(view, before.lost, after.lost, model.values()),
    )


def worse(
    model: Model,
    exam: Exam,
    parent: Sheet,
    candidate: Sheet,
    known: Sequence[Example],
    items: Mapping[str, float],
) -> dict[str, Any]:
    """The held-out examples that the candidate, which the model holds, answers worse than its parent, with the new
    feedback that raised what it says of them most; `items` as in `influence`."""
    at = [n for n, (a, b) in enumerate(zip(parent.scores, candidate.scores, strict=True)) if a > b]
    asked = [(exam.heldout[n].input, candidate.answers[n]) for n in at[:LOST]]
    new: list[Label | Preference] = [feedback for _, feedback in exam.critiques][-BLAMED:]
    rehearsed = [(e.input, e.label) for e in known[:BLAMED]]
    why = causes(influence(model, new, asked, known=rehearsed, items=items)) if new and asked else [[] for _ in asked]
    lost = [
        Lost(
            example_id=exam.heldout[n].id,
            input=exam.heldout[n].input,
            right=exam.heldout[n].label,
            before=parent.answers[n],
            after=candidate.answers[n],
            causes=tuple(new[column].id for column in columns),
        )
        for n, columns in zip(at[:LOST], why, strict=True)
    ]
    return {"worse": len(at), "lost": tuple(lost)}


def distinctive(inside: Texts, outside: Texts, most: int) -> list[tuple[str, float]]:
    """The words that texts `inside` have and those `outside` have not, with their z, the clearest first.

    >>> [word for word, z in distinctive(["a refund now", "my refund"] * 3, ["a parcel", "my order"] * 3, 2)]
    ['refund']
    """
    there, others = (Counter(w for text in some for w in set(_words(text))) for some in (inside, outside))
    prior, spread = there + others, len(inside) + len(outside)
    found = []
    for word, count in there.items():
        share = prior[word] / spread
        a, b = count + share, others[word] + share
        odds = np.log(a / (len(inside) + 2 - a)) - np.log(b / (len(outside) + 2 - b))
        z = float(odds / np.sqrt(1 / a + 1 / b))
        if count > 1 and z > SURE:
            found.append((word, z))
    return sorted(found, key=lambda one: (-one[1], one[0]))[:most]


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text) if len(word) > 2]


def _probes(word: str, texts: Texts) -> list[tuple[str, str, str]]:
    sought = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    with_it = [text for text in dict.fromkeys(texts) if sought.search(text)][:TEXTS]
    return [(word, text, sought.sub(" ", text)) for text in with_it]


def _logp(model: Model, texts: Texts, values: Sequence[str]) -> np.ndarray[Any, Any]:
    """(N, C)"""
    with torch.no_grad():
        found = model.logp([text for text in texts for _ in values], [v for _ in texts for v in values])
    return np.asarray(found.view(len(texts), len(values)).double().cpu().numpy())


def _counting(
    view: View, before: np.ndarray[Any, Any], after: np.ndarray[Any, Any], values: Sequence[str]
) -> tuple[Counts, ...]:
    """The words that count for a value, and clearly more than before."""
    found = []
    for word in dict.fromkeys(word for word, _, _ in view.probes):
        rows = [n for n, probe in enumerate(view.probes) if probe[0] == word]
        was, now = before[rows].mean(0), after[rows].mean(0)
        column = int(now.argmax())
        if now[column] >= NATS and now[column] - was[column] >= NATS:
            found.append(
                Counts(
                    word=word,
                    value=values[column],
                    before=round(float(was[column]), 3),
                    after=round(float(now[column]), 3),
                    texts=len(rows),
                )
            )
    return tuple(sorted(found, key=lambda one: one.before - one.after))


def _behaviours(
    moved: Sequence[Changed], looked: Sequence[Any], embed: Callable[[Sequence[Any]], Any]
) -> tuple[Behaviour, ...]:
    """The groups of answers that changed from the same to the same, about the same; the largest first."""
    found = []
    for pair in dict.fromkeys((repr(one.before), repr(one.after)) for one in moved):
        alike = [one for one in moved if (repr(one.before), repr(one.after)) == pair]
        vectors = np.asarray(embed([one.input for one in alike]))
        for members in _grouped(vectors @ vectors.T):
            some = [alike[n] for n in members]
            middle = vectors[members].mean(0)
            typical = [some[n] for n in np.argsort(-(vectors[members] @ middle), kind="stable")[:TYPICAL]]
            found.append(
                Behaviour(
                    words=_named([one.input for one in some], looked),
                    before=some[0].before,
                    after=some[0].after,
                    count=len(some),
                    typical=tuple(typical),
                )
            )
    return tuple(sorted(found, key=lambda one: -one.count)[:MOST])


def _grouped(likeness: np.ndarray[Any, Any]) -> list[list[int]]:
    """Butina's groups, those of fewer than FEWEST put together as what is left."""
    groups: list[list[int]] = []
    rest: list[int] = []
    left = set(range(len(likeness)))
    near = [set(np.flatnonzero(row >= LIKE).tolist()) | {n} for n, row in enumerate(likeness)]
    while left:
        centre = max(sorted(left), key=lambda n: len(near[n] & left))
        group = sorted(near[centre] & left)
        left -= set(group)
        if len(group) >= FEWEST:
            groups.append(group)
        else:
            rest += group
    return [*groups, sorted(rest)] if rest else groups


def _named(inside: Sequence[Any], looked: Sequence[Any]) -> tuple[str, ...]:
    """The words that set these inputs apart from the others looked at; () where none clearly does."""
    here = {repr(one) for one in inside}
    outside = [one for one in looked if repr(one) not in here]
    if not all(isinstance(one, str) for one in looked):
        return ()
    return tuple(word for word, _ in distinctive(list(inside), outside, NAMES))

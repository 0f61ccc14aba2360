"""Where a message names labels and properties of the task's vocabulary, typos, endings and synonyms included.

    find_labels("clearly a compaint", ("spam", "complaint"))  ->  [Mention(10, 18, 'compaint', ('complaint',), 0.94)]
    find_names("keep MW under 400", {"molecular_weight": ("mw",)})  ->  [Mention(5, 7, 'MW', ('molecular_weight',))]

Names are linked, never classified, so a vocabulary that no training has seen works at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.fuzz import ratio

from assistant.parsers._words import COMMON, Span, stem, words
from assistant.types import Property

__all__ = ["Mention", "aliases", "find_labels", "find_names", "label_names", "nearest", "readable"]

TYPO = 0.8  # difflib ratio from which two words of five letters or more count as one

# how people speak of common properties, joined to what the vocabulary itself lists as synonyms
TAGS = {"per": "person", "org": "organisation", "loc": "place", "misc": "miscellaneous"}
KNOWN: dict[str, tuple[str, ...]] = {
    "length.words": ("words", "word", "length", "shorter", "longer", "short", "long", "brief", "concise", "wordy"),
    "length.sentences": ("sentences", "sentence"),
    "length": ("length", "shorter", "longer", "short", "long", "characters"),
    "length.minutes": ("hours", "minutes", "length", "shorter", "longer"),
    "contains": ("mention", "include", "say", "contain", "use the word", "write", "talk about"),
    "format.markdown": ("markdown", "bullet points", "bullets", "headings", "bold"),
    "tone.formality": ("formal", "informal", "friendlier", "friendly", "casual", "polite", "formality"),
    "logP": ("logp", "clogp", "lipophilicity", "greasy", "greasier", "lipophilic"),
    "molecular_weight": ("mw", "weight", "mol weight", "daltons", "dalton", "da", "lighter", "heavier", "mass"),
    "tpsa": ("tpsa", "polar surface", "psa", "polar"),
    "rotatable_bonds": ("rotatable bonds", "rotatable", "rotors"),
    "substructure": ("substructure", "group", "groups", "ring", "contain"),
    "similarity": ("more like", "similar", "something like"),
    "brightness": ("brighter", "bright", "darker", "dark", "brighten", "lighter", "exposure"),
    "contrast": ("contrast", "contrasty"),
    "saturation": ("saturated", "saturation", "colours", "colors", "colourful", "vivid"),
    "sharpness": ("sharper", "sharp", "blurry", "crisp"),
    "temperature": ("warmer", "cooler", "warm", "temperature"),
    "year": ("before", "after", "year", "older", "newer", "since"),
    "genre": ("genre",),
}  # fmt: skip


@dataclass(frozen=True)
class Mention(Span):
    """`values`: the labels that it may mean, best first; `score` in [0, 1]: how well the words fit."""

    values: tuple[str, ...] = ()
    score: float = 1.0


@lru_cache(maxsize=20_000)
def readable(name: str) -> str:
    """A name as people say it: "cancel_flight" and "cancelFlight" are "cancel flight"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z][a-z])|[_\-./]+", " ", name).strip().lower()


def find_labels(text: str, labels: Sequence[str], closed: Sequence[Span] = ()) -> list[Mention]:
    """The places where labels are named, in order, not overlapping, the best reading of each.

    Quoted words (`closed`) are data, not a label, unless a label is all that is quoted.
    """
    spoken = words(text)
    longest = max((len(readable(label).split()) for label in labels), default=0)
    found: list[Mention] = []
    for start in range(len(spoken)):
        for size in range(1, min(longest + 1, len(spoken) - start) + 1):
            run = spoken[start : start + size]
            span = Span(run[0].start, run[-1].end, text[run[0].start : run[-1].end])
            inside = next((q for q in closed if q.overlaps(span)), None)
            if inside is not None and readable(inside.text) not in {readable(label) for label in labels}:
                continue
            scored = [(match_label(tuple(w.text for w in run), span.text, label), label) for label in labels]
            best = max((score for score, _ in scored), default=0.0)
            if best > 0:
                close = [label for score, label in scored if score >= best - 0.02]
                there = text[span.start :].lower()  # "V-" where it is written so, not "V"
                values = tuple(sorted(close, key=lambda name: -len(name) * there.startswith(name.lower())))
                found.append(Mention(span.start, span.end, span.text, values, best))
    found.sort(key=lambda m: (-m.score, -(m.end - m.start), m.start))
    kept: list[Mention] = []
    for mention in found:
        if not any(mention.overlaps(other) for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


@lru_cache(maxsize=50_000)
def match_label(run: tuple[str, ...], raw: str, label: str) -> float:
    """How well a run of words names a label, in [0, 1]; 0: it does not."""
    name, said = readable(label), readable(" ".join(run))
    if said == name or said.removesuffix("'s") == name:
        return 1.0 if raw == label or len(label) > 3 or name not in COMMON else 0.9
    if TAGS.get(name) and stem(said) == stem(TAGS[name]):
        return 0.9
    if len(name) < 3 or name.isdigit():  # "1" may be said as "one star", "PER" only as itself
        return 0.0
    if said in COMMON or len(said) < 3:
        return 0.0
    if len(run) == 1 and len(name.split()) == 1:
        return _one_word(said, name)
    return _many_words(said.split(), name.split())


def _one_word(said: str, name: str) -> float:
    if stem(said) == stem(name):
        return 0.96
    short, long = sorted((said, name), key=len)
    if len(said) >= 5 and len(name) >= 4 and ratio(said, name) / 100 >= TYPO:
        return 0.8 + 0.15 * ratio(said, name) / 100
    shared = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if shared >= 6 and shared >= 0.6 * len(long):
        return 0.8
    if shared == len(short) and len(short) >= 3 and (short == said or len(long) - len(short) <= 3):
        return 0.78 if short == said or shared >= 4 else 0.0
    return 0.0


def _many_words(said: list[str], name: list[str]) -> float:
    if "".join(said) == "".join(name):
        return 0.97
    if ratio(" ".join(said), " ".join(name)) / 100 >= 0.88:
        return 0.9
    content = {stem(word) for word in said if word not in COMMON}
    wanted = {stem(word) for word in name}
    if said[0] in COMMON or said[-1] in COMMON or not content:
        return 0.0
    if content == wanted:
        return 0.93
    if len(said) == 1 and len(name) > 1 and any(_one_word(said[0], word) >= 0.8 for word in name if len(word) > 3):
        return 0.72
    return 0.0


def aliases(prop: Property) -> tuple[str, ...]:
    """The names by which people may call a property: its own, its last part, synonyms, its unit."""
    own = readable(prop.name)
    names = {own, own.split(" ")[-1], *map(str.lower, prop.synonyms), *KNOWN.get(prop.name, ())}
    names |= {prop.unit.lower()} if prop.unit else set()
    return tuple(sorted(names))


def find_names(text: str, known: Mapping[str, Sequence[str]]) -> list[Mention]:
    """Where things are named by one of their aliases; longer names win, in the order of the text."""
    found = []
    for value, names in known.items():
        for name in names:
            if len(name) > 1:
                for match in re.finditer(rf"(?<!\w){re.escape(name)}(?:s|es|er|ing)?(?!\w)", text, re.I):
                    found.append(Mention(match.start(), match.end(), match[0], (value,), min(1.0, len(name) / 8)))
    found.sort(key=lambda m: (-(m.end - m.start), m.start))
    kept: list[Mention] = []
    for mention in found:
        same = next((k for k in kept if (k.start, k.end) == (mention.start, mention.end)), None)
        if same is not None:
            values = tuple(dict.fromkeys((*same.values, *mention.values)))
            kept[kept.index(same)] = Mention(same.start, same.end, same.text, values, same.score)
        elif not any(mention.overlaps(other) for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def label_names(text: str) -> tuple[str, ...]:
    """The labels that a sentence lists: "labels: bug, wish and praise"; () where it lists fewer than two."""
    match = re.search(
        r"(?:labels|categories|classes|sort (?:these|them|this) into)\b[^:,]*?"
        r"(?:\bare\b|\bbe\b|:|=|\binto\b|\bto\b)?\s*"
        r"(?P<list>[^:]*)$",
        text,
        re.I,
    )
    if not match:
        return ()
    listed = text[: match.start()] if re.search(r"\bas (?:the )?$", text[: match.start()]) else ""
    said = listed or text[match.start("list") :]
    said = re.sub(
        r"^\s*(?:please\s+)?(?:use|take|are|be|should be|called|as follows|these|:|from now on|now)\b\s*:?",
        "",
        said,
        flags=re.I,
    )
    said = re.sub(r"\bas (?:the )?(?:labels?|categories|classes)?\s*$", "", said, flags=re.I)
    parts = re.split(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|&)\s+|\s*/\s*|\s*;\s*", said.strip(" .!:"))
    names = tuple(dict.fromkeys(part.strip(" \"'“”‘’.") for part in parts))
    names = tuple(name for name in names if name)
    short = all(len(name.split()) <= 4 and len(name) <= 60 for name in names)
    return names if len(names) >= 2 and short else ()


def nearest(text: str, labels: Sequence[str]) -> list[tuple[float, str]]:
    """The labels by cosine similarity to the words, best first: for words that name no label outright."""
    from assistant.parsers._encoder import encode

    if not labels or not text.strip():
        return []
    vectors = encode([text, *(readable(label) for label in labels)])
    scored = zip((vectors[1:] @ vectors[0]).tolist(), labels, strict=True)
    return sorted(scored, key=lambda pair: -pair[0])

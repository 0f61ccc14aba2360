"""Film reviews whose annotators marked the words that made them decide (Zaidan et al. 2007, in ERASER's form).

{"label": "negative", "text": "plot : two teen couples go to ...", "rationales": [{"start": 63, "end": 67, ...}]}
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.bench import Result
from assistant.types import Evidence, Label

if TYPE_CHECKING:
    from adapters.models import Model

LABELS = ("negative", "positive")


def accuracy_after(folder: Path, count: int, seeds: tuple[int, ...]) -> Result:
    """Accuracy on the test part after `count` documents with label and rationale, half of each label.

    The people are simulated: their labels and rationales are those that the real annotators gave.
    """
    from adapters.fit import fit
    from adapters.models import family
    from adapters.signals import Material

    train, test = (read(folder / f"{part}.jsonl") for part in ("train", "test"))
    model = family.get("classifier")(labels=LABELS)
    found, seconds = [], []
    for seed in seeds:
        model.load(None)
        taught = chosen(train, count, seed)
        fitted = fit(model, Material(new=[critique(document) for document in taught]), seed=seed)
        found.append(accuracy(model, test))
        seconds.append(fitted.seconds)
    figures = {
        "accuracy": float(np.mean(found)),
        "spread": float(np.std(found)),
        "training seconds": float(np.median(seconds)),
    }
    return Result(figures, seeds, note="labels and rationales of the real annotators, given by simulated people")


def read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def chosen(documents: list[dict[str, Any]], count: int, seed: int) -> list[dict[str, Any]]:
    """`count` documents, half of each label."""
    rng = random.Random(seed)
    found = []
    for label in LABELS:
        found += rng.sample([document for document in documents if document["label"] == label], count // 2)
    return found


def critique(document: dict[str, Any]) -> Label:
    """What the annotator said of a document: its label, because of these words."""
    words = [match.span() for match in re.finditer(r"\S+", document["text"])]
    evidence = [
        Evidence(text=document["text"][words[span["start"]][0] : words[min(span["end"], len(words)) - 1][1]])
        for span in document["rationales"]
        if span["start"] < min(span["end"], len(words))
    ]
    origin = {"task": "movies", "author": "simulated", "critique": document["id"], "reading": document["id"]}
    return Label(**origin, input=document["text"], op="is", value=document["label"], evidence=tuple(evidence))


def accuracy(model: Model, documents: list[dict[str, Any]]) -> float:
    answers = []
    for start in range(0, len(documents), 20):  # a few at a time: long documents need much memory
        answers += model.predict([document["text"] for document in documents[start : start + 20]])
    return float(np.mean([a.value == d["label"] for a, d in zip(answers, documents, strict=True)]))

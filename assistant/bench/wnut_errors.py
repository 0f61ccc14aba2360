"""Are planted label errors found by our own token model? WNUT 2017's training part, errors in 5 % of the entities.

As many errors as 5 % of the 1,975 entities, a third each: a wrong type, a missed entity, one at a wrong place (half
moved by a token, half invented). Two light heads on the embedded encoder's states (`_tokens.py`) say out of fold, the
folds by sentence, what each token is; they learn from the damaged tags. What is ranked are places: every given entity,
and every token outside one. An error is found at the best of its places, and its others are not counted. The figure is
the average precision of `review.tags` over all 60,000 places. cleanlab (Northcutt et al. 2021) gets the very same
probabilities, the mean of the two heads; its scores of tokens rank a place by its worst token, as it ranks sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._tokens import Sentence, damage, heads, names, read, spelling, states
from assistant.errors import UserError
from assistant.review.rank import Floats
from assistant.review.tags import Tagged, tagged

SHARE = 0.05


def run(folder: Path, seeds: tuple[int, ...] = (1, 2), encoder: str | None = None) -> Result:
    clean = read(folder / "wnut17train.conll")
    found, written = states(clean, encoder), spelling(clean)
    sentence = np.repeat(np.arange(len(clean)), [len(one.words) for one in clean])
    tags = names(clean)
    figures: dict[str, list[float]] = {}
    for seed in seeds:
        some = damage(clean, SHARE, np.random.default_rng(seed))
        given = [[tags.index(tag) for tag in one.tags] for one in some]
        flat = np.array([tag for one in given for tag in one], dtype=np.int64)
        said = heads(found, written, flat, sentence, len(tags), seed)
        for name, value in compared(some, given, said, tags).items():
            figures.setdefault(name, []).append(value)
    return Result({name: float(np.mean(values)) for name, values in figures.items()}, seeds, _note(figures))


def compared(some: Sequence[Sentence], given: list[list[int]], said: Floats, tags: Sequence[str]) -> dict[str, float]:
    """Average precision by our doubts and by cleanlab's scores of the tokens, on the same places."""
    ours = tagged(given, said, tags)
    theirs = cleanlab_scores(given, said.mean(0))
    by_token = [[Tagged(p.start, p.end, p.tag, 1.0 - min(of[p.start : p.end])) for p in here]
                for here, of in zip(ours, theirs, strict=True)]  # fmt: skip
    return {"ours": average_precision(some, ours), "cleanlab": average_precision(some, by_token)}


def cleanlab_scores(given: list[list[int]], said: Floats) -> list[list[float]]:
    """Its label quality of each token, in [0, 1]."""
    try:
        from cleanlab.token_classification.rank import get_label_quality_scores
    except ModuleNotFoundError as missing:
        raise UserError("cleanlab is not installed", do="pip install 'sayso[bench]'") from missing

    ends = np.cumsum([len(one) for one in given])
    _, tokens = get_label_quality_scores(given, np.split(said, ends[:-1]))
    return [[float(score) for score in one] for one in tokens]


def average_precision(some: Sequence[Sentence], found: Sequence[Sequence[Tagged]]) -> float:
    """Of the places, by their doubt; each error counts once, at its best place."""
    scores: list[float] = []
    wrong: list[bool] = []
    for one, here in zip(some, found, strict=True):
        hit: Any = [any(p.start < end and start < p.end for start, end in one.errors) for p in here]
        best = max((p.doubt for p, of in zip(here, hit, strict=True) if of), default=None)
        scores += [p.doubt for p, of in zip(here, hit, strict=True) if not of]
        wrong += [False] * (len(here) - sum(hit))
        if best is not None:
            scores.append(best)
            wrong.append(True)
    order = np.argsort(-np.array(scores), kind="stable")
    hits = np.array(wrong)[order]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def _note(figures: dict[str, list[float]]) -> str:
    each = ", ".join(f"{a:.3f} against {b:.3f}" for a, b in zip(*figures.values(), strict=True))
    return f"average precision over places, ours against cleanlab's by seed: {each}"


@bench
def wnut_errors() -> Benchmark:
    """Planted label errors found by our own token model, against cleanlab on the same probabilities."""
    return Benchmark(
        what="WNUT 2017 train, errors of three kinds in 5 % of the entities: average precision on out-of-fold beliefs",
        data="wnut17",
        people="simulated",
        reference="cleanlab 2.9 on the same probabilities (among the figures)",
        target=0.60,
        better="higher",
        run=run,
    )

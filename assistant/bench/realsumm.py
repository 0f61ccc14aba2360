"""Is what people think of summaries learned? Pairs of summaries of one article, by how much of it they say.

REALSumm (Bhandari et al. 2020, EMNLP): summaries of 100 articles by 14 abstractive systems, and which share of what
matters people found in each. The taste of the product learns from the pairs of four fifths of the articles and is asked
about those of the others. The articles themselves are not in the data. In their place stand the sentences that the
extractive systems took from them, about eleven each. No reference and no judgement is read besides.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.errors import UserError
from assistant.texts.taste import Pair, Taste, learned

FOLDS, FEW = 5, 100
SEEDS = (10, 11, 12, 13, 14)
"""What is counted was chosen with the folds of the seeds 0, 1 and 2, of the same articles."""
SENTENCE = re.compile(r"<t>(.*?)</t>")


class Judged(NamedTuple):
    text: str
    recall: float


class Article(NamedTuple):
    """`text`: what is known of it."""

    text: str
    summaries: list[Judged]


def run(folder: Path, seeds: tuple[int, ...] = SEEDS) -> Result:
    articles = read(folder)
    longer = accuracy([pair for one in articles for pair in pairs(one)], _longer)
    every: list[float] = []
    few: list[float] = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(articles)).tolist()
        for fold in range(FOLDS):
            asked = [pair for at in order[fold::FOLDS] for pair in pairs(articles[at])]
            held = set(order[fold::FOLDS])
            taught = [pair for at in order if at not in held for pair in pairs(articles[at])]
            some = np.random.default_rng(seed).permutation(len(taught))[:FEW].tolist()
            every.append(accuracy(asked, _worth(learned(taught))))
            few.append(accuracy(asked, _worth(learned([taught[at] for at in some]))))
    figures = {
        f"pair accuracy, {FOLDS}-fold by article": float(np.mean(every)),
        f"from {FEW} pairs": float(np.mean(few)),
        "longer wins": longer,
    }
    return Result(figures, seeds, "the article is what extractive systems took from it")


def pairs(article: Article) -> list[Pair]:
    """Every two summaries that were judged differently, the better first."""
    found = []
    for one, other in combinations(article.summaries, 2):
        if one.recall != other.recall:
            better, worse = (one, other) if one.recall > other.recall else (other, one)
            found.append(Pair(better.text, worse.text, article.text))
    return found


def accuracy(asked: Sequence[Pair], worth: Any) -> float:
    """The share of pairs whose better one is worth more; half of those that are worth the same."""
    better = worth([pair.better for pair in asked], [pair.input for pair in asked])
    worse = worth([pair.worse for pair in asked], [pair.input for pair in asked])
    return float(np.mean(np.where(better == worse, 0.5, better > worse)))


def _worth(taste: Taste | None) -> Any:
    assert taste is not None
    return taste.worth


def _longer(texts: Sequence[str], inputs: Sequence[str | None]) -> Any:
    return np.array([len(text.split()) for text in texts])


def read(folder: Path) -> list[Article]:
    """The articles, in the order of their numbers.

    Raises:
        UserError: a file is missing.
    """
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows(folder / "ext.jsonl"):
        said[row["doc"]] |= {
            re.sub(r"\W+", "", one.casefold()): one.strip() for one in SENTENCE.findall(row["summary"])
        }
    judged: dict[str, list[Judged]] = defaultdict(list)
    for row in _rows(folder / "abs.jsonl"):
        text = " ".join(re.sub(r"</?t>", " ", row["summary"]).split())
        judged[row["doc"]].append(Judged(text, float(row["human_recall"])))
    return [Article("\n\n".join(said[doc].values()), judged[doc]) for doc in sorted(judged)]


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise UserError(f"The file {str(path)!r} is missing", do="set SAYSO_DATA to where it is")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@bench
def realsumm() -> Benchmark:
    """What people think of summaries."""
    return Benchmark(
        what="people's judgements of summaries: pairs of unseen articles told right, 5-fold by article",
        data="realsumm",
        people="real",
        reference="the longer wins: .648; frozen MiniLM: .666",
        target=0.70,
        better="higher",
        run=run,
    )

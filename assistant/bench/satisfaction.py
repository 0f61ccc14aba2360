"""Is it heard when somebody is unhappy with a reply? AUC over real conversations, 5-fold by dialogue.

See `_partners.py` for the data. What people say after a reply is scored by a regression that learned from the other
folds, as the one that ships learned from three of the corpora (`adapters/satisfaction.py`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._partners import SHIPS, read

FOLDS = 5


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2)) -> Result:
    from sklearn.metrics import roc_auc_score

    from adapters.satisfaction import WEIGHTS, learned, vectors
    from adapters.satisfaction import read as shipped

    said = [one for one in read(folder / "dialogues.jsonl") if one.unhappy is not None]
    seen = vectors([one.text for one in said])
    truth = np.array([bool(one.unhappy) for one in said])
    dialogue = np.array([one.dialogue for one in said])
    found = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(dialogue.max() + 1)
        fold = np.argsort(order)[dialogue] % FOLDS
        scores = np.zeros(len(said))
        for at in range(FOLDS):
            weights = learned(seen[fold != at], truth[fold != at].tolist())
            scores[fold == at] = weights(seen[fold == at])
        found.append(float(roc_auc_score(truth, scores)))
    other = np.array([one.corpus not in SHIPS for one in said])
    figures = {"AUC": float(np.mean(found))}
    if WEIGHTS.is_file() and truth[other].any():
        figures["AUC of the one that ships, on other corpora"] = float(
            roc_auc_score(truth[other], shipped(WEIGHTS)(seen[other]))
        )
    return Result(figures, seeds, f"{truth.sum()} unhappy of {len(said):,} turns")


@bench
def satisfaction() -> Benchmark:
    """Whether unhappiness is heard."""
    return Benchmark(
        what="what people say when a chatbot errs, told from what they say otherwise: AUC, 5-fold by dialogue",
        data="dialogue_feedback",
        people="real",
        reference="chance: .5",
        target=0.75,
        better="higher",
        run=run,
    )

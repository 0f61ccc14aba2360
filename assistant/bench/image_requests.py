"""Which operators does a photo edit request ask for? Real people's requests, and what experts then used (GIER).

The embedded encoder's sentence vector beside TF-IDF, one logistic regression an operator, fitted on the train part at
run time (nothing of it ships), the threshold by cross-validation there. Micro-F1 on the val part.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench import Benchmark, Result, bench

THRESHOLDS = np.arange(0.2, 0.6, 0.02)


def run(folder: Path) -> Result:
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score
    from sklearn.model_selection import cross_val_predict
    from sklearn.multiclass import OneVsRestClassifier

    train, val = (_rows(folder / f"{part}.jsonl") for part in ("train", "val"))
    operators = sorted({operator for _, used in train for operator in used})
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit([text for text, _ in train])

    def inputs(rows: list[tuple[str, set[str]]]) -> Any:
        texts = [text for text, _ in rows]
        return hstack([words.transform(texts), _vectors(texts)]).tocsr()

    gold, wanted = (np.array([[o in used for o in operators] for _, used in rows]) for rows in (train, val))
    model = OneVsRestClassifier(LogisticRegression(max_iter=300))
    unseen = cross_val_predict(model, inputs(train), gold, cv=3, method="predict_proba")
    threshold = max(THRESHOLDS, key=lambda t: f1_score(gold, unseen > t, average="micro"))
    found = model.fit(inputs(train), gold).predict_proba(inputs(val)) > threshold
    figures = {
        "micro-F1": float(f1_score(wanted, found, average="micro")),
        "precision": float((found & wanted).sum() / found.sum()),
        "recall": float((found & wanted).sum() / wanted.sum()),
    }
    return Result(figures, note=f"{len(val)} requests, {len(operators)} operators, threshold {threshold:.2f}")


def _rows(path: Path) -> list[tuple[str, set[str]]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["request"], set(row["operators"])) for row in rows]


def _vectors(texts: list[str]) -> Any:
    from assistant.parsers._encoder import encode

    return np.concatenate([encode(texts[at : at + 256]) for at in range(0, len(texts), 256)])


@bench
def image_requests() -> Benchmark:
    """Operators from photo edit requests."""
    return Benchmark(
        what="photo edit requests: the operators that experts used, from the raw request, micro-F1 on val",
        data="image_edit_requests",
        people="real",
        reference="TF-IDF and logistic regression .718 on the test part, .697 on val",
        target=0.80,
        better="higher",
        run=run,
    )

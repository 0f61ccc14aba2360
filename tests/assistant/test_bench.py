"""The benchmark's runner: what it measures, keeps and writes; and the committed table is the one that the runs give."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.bench import (
    Benchmark,
    Result,
    _desk,
    _full,
    _run,
    against_full,
    bench,
    bounded_10000,
    first_paint,
    live_20,
    pheme_gain,
    turn_training,
)
from assistant.errors import UserError
from assistant.parsers import parser
from assistant.session import Screen, Session
from assistant.tasks import View
from assistant.tasks._text import TEXT_PROPERTIES
from assistant.types import Context, Critique, Example, OnScreen, Output, Vocabulary
from tests.tiny import EXAMPLES, LABELS, tiny_encoder, write_task

ROOT = Path(__file__).resolve().parents[2]


def row(run: Any, **over: Any) -> Benchmark:
    plain: dict[str, Any] = {
        "what": "how often | it is right",
        "data": "made",
        "people": "simulated",
        "reference": "chance .5",
        "target": 0.8,
        "better": "higher",
        "run": run,
    }
    return Benchmark(**{**plain, **over})


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty checkout with data beside it, as the working directory, and no rows but the test's own."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "sayso"\n')
    (tmp_path / "shared" / "data" / "reviews").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.delenv("SAYSO_DATA", raising=False)
    monkeypatch.setattr(bench, "_files", list)
    monkeypatch.setattr(bench, "_found", {})
    monkeypatch.setenv("SAYSO_DEVICE", "cpu")
    yield root


def register(name: str, made: Benchmark) -> None:
    bench._found[name] = lambda: made


def test_a_run_is_kept_and_the_table_written(checkout: Path) -> None:
    register("guess", row(lambda folder: Result({"accuracy": 0.9, "spread": 0.01}, seeds=(0, 1), note="small")))
    register("never", row(lambda folder: Result({}), what="a thing nobody ran"))
    record = _run.run("guess")
    assert (record["figure"], record["met"], record["seeds"]) == (0.9, True, [0, 1])
    assert set(record) == {
        "id", "figure", "unit", "reference", "target", "met", "figures", "seeds", "seconds", "date", "device", "note",
    }  # fmt: skip
    assert json.loads((checkout / "docs" / "benchmarks.json").read_text()) == [record]
    text = (checkout / "docs" / "benchmarks.md").read_text()
    ran, unrun = (line for line in text.splitlines() if line.startswith(("| how", "| a thing")))
    assert "| 0.9 | yes |" in ran
    assert "how often \\| it is right" in ran
    assert "`sayso bench guess`" in ran
    assert "not yet run" in unrun


def test_the_newest_run_is_shown_and_older_ones_stay(checkout: Path) -> None:
    figures = iter([0.9, 0.7])
    register("guess", row(lambda folder: Result({"accuracy": next(figures)})))
    _run.run("guess")
    assert _run.run("guess")["met"] is False
    assert [record["figure"] for record in _run.records()] == [0.9, 0.7]
    text = (checkout / "docs" / "benchmarks.md").read_text()
    assert "| 0.7 | no |" in text
    assert "| 0.9 |" not in text
    assert text == _run.table(_run.rows(), _run.records()) == _run.table(_run.rows(), _run.records())


@pytest.mark.parametrize(
    ("figure", "better", "met"), [(0.3, "lower", True), (0.9, "lower", False), (0.8, "higher", True)]
)
def test_the_target_is_a_bound_from_the_better_side(checkout: Path, figure: float, better: str, met: bool) -> None:
    register("guess", row(lambda folder: Result({"seconds": figure}), better=better))
    assert _run.run("guess")["met"] is met


def test_what_could_not_be_measured_is_none_and_not_met(checkout: Path) -> None:
    register("guess", row(lambda folder: Result({"accuracy": float("nan")})))
    record = _run.run("guess")
    assert (record["figure"], record["met"]) == (None, False)
    assert "not measurable" in (checkout / "docs" / "benchmarks.md").read_text()


def test_seeds_go_to_rows_that_take_them(checkout: Path) -> None:
    def takes(folder: Path, seeds: tuple[int, ...] = (7,)) -> Result:
        return Result({"n": len(seeds)}, seeds=seeds)

    register("takes", row(takes))
    register("fixed", row(lambda folder: Result({"n": 1})))
    assert _run.run("takes")["seeds"] == [7]
    assert _run.run("takes", 3)["seeds"] == [0, 1, 2]
    with pytest.raises(UserError, match="takes no seeds"):
        _run.run("fixed", 3)


def test_data_is_found_beside_the_project_or_where_the_environment_says(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[Path] = []

    def look(folder: Path) -> Result:
        seen.append(folder)
        return Result({"n": float(folder.is_dir())})

    register("real", row(look, data="reviews"))
    register("made", row(look))
    assert _run.run("real")["figure"] == 1
    assert _run.run("made")["figure"] == 1
    assert not seen[1].exists(), "the folder of made data is taken away again"
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "reviews").mkdir(parents=True)
    monkeypatch.setenv("SAYSO_DATA", str(elsewhere))
    _run.run("real")
    assert seen[0] == tmp_path / "shared" / "data" / "reviews"
    assert seen[2] == elsewhere / "reviews"


def test_absent_data_is_said(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register("real", row(lambda folder: Result({}), data="absent"))
    with pytest.raises(UserError, match="absent' is missing; set SAYSO_DATA"):
        _run.run("real")
    monkeypatch.setenv("SAYSO_DATA", str(checkout / "nowhere"))
    with pytest.raises(UserError, match="no folder"):
        _run.run("real")
    assert _run.records() == []


def test_a_damaged_file_of_records_is_not_overwritten(checkout: Path) -> None:
    register("guess", row(lambda folder: Result({"accuracy": 0.9})))
    (checkout / "docs").mkdir()
    (checkout / "docs" / "benchmarks.json").write_text("[{")
    with pytest.raises(UserError, match="can't be read"):
        _run.run("guess")
    assert (checkout / "docs" / "benchmarks.json").read_text() == "[{"


def test_the_listing_has_every_row(checkout: Path) -> None:
    register("guess", row(lambda folder: Result({}), unit="s", better="lower"))
    head, line = _run.listing(_run.rows()).splitlines()
    assert head.split() == ["id", "what", "data", "people", "reference", "target"]
    assert line.startswith("guess  how often | it is right  made  simulated  chance .5  ≤ 0.8 s")


def test_the_committed_table_is_what_the_committed_runs_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    assert text == _run.table(_run.rows(), _run.records()), "run: sayso bench --table"


@pytest.mark.parametrize("name", bench.names())
def test_a_row_says_what_it_measures(name: str) -> None:
    made = bench.get(name)()
    assert made.better in ("higher", "lower")
    assert made.people in ("simulated", "real", "none")
    assert made.what and made.data and made.reference


# --- rows that measure time and gain: their helpers on tiny sizes ------------------------------------------------

RIGHT = {example.input: example.label for example in EXAMPLES}
SAID = {"it's a complaint": "complaint", "it's praise": "praise"}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def seat(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A simulated person at the tiny task, with a scripted parser."""
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "7")
    monkeypatch.setattr(live_20, "gold", lambda: RIGHT)
    monkeypatch.setattr(turn_training, "gold", lambda: RIGHT)
    monkeypatch.setattr(bounded_10000, "gold", lambda: RIGHT)
    with _desk.desk(tmp_path / "home", data=str(write_task(tmp_path)), base=encoder, rank=2) as session:
        acts = {
            words: {"acts": [{"kind": "label", "targets": ["#1"], "label": {"op": "is", "value": value}}]}
            for words, value in SAID.items()
        }
        session.parser = parser.get("scripted")(acts)
        yield session
    assert os.environ["SAYSO_LEARN_AFTER"] == "7", "the settings are as they were"


@pytest.mark.parametrize("kind", _desk.KINDS)
def test_what_the_simulated_person_says_is_understood_as_meant(kind: str) -> None:
    """The messages of turn_idle and turn_training, before the parser that ships."""
    text = "The parcel arrived broken, and nobody answers my letters."
    example, output = Example(id="e", input=text), Output(example_id="e", value="order")
    screen = Screen(example, (output,), View(""), "", "base", "")
    heard, wanted = _desk._message(kind, screen, "complaint")
    shown = OnScreen(id="#1", input=text, value="order", example_id="e")
    labels = Vocabulary(labels=("complaint", "order", "praise", "question"), properties=TEXT_PROPERTIES)
    context = Context(task="t", vocabulary=labels, outputs=(shown,), selection=tuple(heard.pop("selection", ())))
    critique = Critique(conversation="c", author="a", text=heard.pop("text", ""), context=context, **heard)
    act = parser.get("embedded")()(critique).acts[0]
    if kind == "rule":
        assert act.constraint is not None
        assert (act.constraint.value, wanted) == ("complaint", "complaint")
        assert "arrived" in (act.constraint.when or "")
    else:
        assert act.label is not None
        denied = kind in ("denial", "thumb")
        assert (act.label.op, act.label.value) == (("is_not", "order") if kind == "denial" else
                                                   ("is_not", None) if denied else ("is", "complaint"))  # fmt: skip
        assert [e.text for e in act.evidence] == (["The parcel arrived"] if kind == "reason" else [])


def test_only_whole_turns_count() -> None:
    found = [_desk.Timed("label", 0.1, True), _desk.Timed("rule", 0.3, True), _desk.Timed("rule", 9.0, False)]
    figures = _desk.middle(found)
    assert (figures["median"], figures["label"], figures["rule"]) == pytest.approx((200, 100, 300))
    assert math.isnan(figures["thumb"])
    assert (figures["turns"], figures["asked back"]) == (2, 1)
    assert next(iter(figures)) == "median", "the first figure is the one that is judged"


def test_turns_are_timed_and_given_critiques_are_learned(seat: Session) -> None:
    seat.next()
    edited = _desk.timed(seat, "edit", {seat.screen().example.input: "praise"})  # type: ignore[union-attr]
    assert edited.whole and edited.seconds > 0
    assert seat.progress() is None, "nothing trains by itself"
    before = seat.store.count_feedback(seat.name)
    _desk.give(seat, list(RIGHT.items())[:6])
    assert seat.store.count_feedback(seat.name) == before + 6
    seat.learn()
    live = seat.store.live(seat.name)
    assert live is None or seat.store.new_feedback(seat.name, live.id) == []
    assert len({text for text, _ in _desk.many(500)}) == 500
    assert _desk.many(2, start=3) == _desk.many(5)[3:]


def test_a_turn_beside_a_training_counts_only_while_it_learns(seat: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_training, "KINDS", ("edit", "thumb"))
    job = seat.store.add_job(seat.name, "learn", {}, "ann")
    seat.store.job_event(job, "running", 0.01, "starting")
    assert turn_training.learning(seat) is None
    seat.store.job_event(job, "running", 0.3, "learning")
    found, missed = turn_training.beside(seat, 2)
    assert ([turn.kind for turn in found], missed) == (["edit", "thumb"], 0)
    seen = iter(["a", "a", "b", "b", "b", "b"])  # asked, before and after each turn: the first one saw two trainings
    monkeypatch.setattr(turn_training, "learning", lambda session: next(seen))
    found, missed = turn_training.beside(seat, 1)
    assert ([turn.kind for turn in found], missed) == (["thumb"], 1)


def test_live_20_gives_critiques_and_waits_for_the_new_version(seat: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    live_20.criticise(seat, 5)
    assert seat.store.count_feedback(seat.name) == 5
    learn = seat.learn
    monkeypatch.setattr(seat, "learn", lambda wait: learn())  # here and now, instead of in a worker
    seconds, _ = live_20.train_now(seat)
    assert 0 < seconds < 60
    assert seat.bench.live_name() == "v1", "also what the gate held back"
    monkeypatch.setattr(_desk, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(UserError, match="Waiting took more than"):
        _desk.until(lambda: False, "Waiting")


def test_bounded_10000_compares_rounds_of_a_turn_and_a_training(seat: Session) -> None:
    turn, training = bounded_10000.cost(seat, 0)
    assert min(turn, training) > 0
    assert len(seat.store.new_feedback(seat.name, None)) == bounded_10000.NEW
    figures = bounded_10000._figures(((1.0, 3.0), (1.0, 5.0), (1.0, 4.0)), ((2.0, 4.0), (1.0, 4.0), (9.0, 9.0)))
    assert figures == {"ratio": 6 / 5, "turn, short": 1, "turn, long": 2, "training, short": 4, "training, long": 4}


def test_against_full_times_both_on_the_same_critiques(
    tmp_path: Path, encoder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{e.input}\t{part}\t{e.label}" for part in ("train", "val", "test") for e in EXAMPLES]
    (tmp_path / "BBC_News.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    parts = against_full.read(tmp_path / "BBC_News.tsv")
    ours, full = against_full.compare(parts, Path(encoder), seed=0, critiques=20, new=2, epochs=1)
    for tuned in (ours, full):
        assert tuned.seconds > 0
        assert 0 <= tuned.accuracy <= 1
    taught = [(e.input, e.label) for e in EXAMPLES]
    learned = _full.fine_tune(Path(encoder), taught * 4, taught, list(LABELS), epochs=6, rate=5e-3)
    assert learned.accuracy > 0.8, "a model that is trained on the very texts knows them"
    assert capsys.readouterr().out == "", "stdout is for the result"
    with pytest.raises(UserError, match="missing"):
        against_full.read(tmp_path / "nowhere.tsv")


def test_first_paint_asks_the_browser_and_says_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    page = tmp_path / "page.html"
    page.write_text("<p>Hello</p><div id=example><p data-example>one</p></div>", encoding="utf-8")
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        with first_paint.browser() as chromium:
            seconds = first_paint.look(chromium, page.as_uri())
        assert 0 < seconds["first paint"] <= seconds["first contents"] < 10
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UserError, match="no Chromium"), first_paint.browser():
        pass


def test_pheme_gain_is_what_labels_of_the_event_bring(encoder: str) -> None:
    from adapters.models import family

    words = {"true": "great thanks", "false": "awful broken", "unverified": "my order was late"}
    posts = [
        {"id": f"{event}-{label}-{n}", "event": event, "text": f"{text} {event} {'a' * n}", "veracity": label}
        for event in ("old", "new")
        for label, text in words.items()
        for n in range(8)
    ]
    model = family.get("classifier")(labels=pheme_gain.LABELS, base=encoder, rank=2)
    found = pheme_gain.gains(model, posts, "new", (0, 1), labelled=9)
    assert len(found) == 2
    assert all(0 <= figure <= 1 for gain in found for figure in gain)
    made = pheme_gain.figures(
        {"a": [pheme_gain.Gain(0.2, 0.5, 0.1), pheme_gain.Gain(0.2, 0.3, 0.1)], "b": [pheme_gain.Gain(0.4, 0.3, 0.1)]},
        (0, 1),
    )
    assert made.figures["gain"] == pytest.approx((0.2 - 0.1) / 2)
    assert made.figures["lowest event"] == pytest.approx(-0.1)
    assert next(iter(made.figures)) == "gain"


def test_macro_f1_counts_all_three_labels() -> None:
    posts = [{"veracity": label} for label in ("true", "true", "false")]
    assert pheme_gain.macro_f1(posts, ["true", "true", "true"]) == pytest.approx(0.8 / 3)

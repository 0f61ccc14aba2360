"""Task files: what they may say, and what a mistake in one is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import UserError
from assistant.specs import load_spec, open_task, resolve, save_spec
from assistant.tasks import Task, View, task
from assistant.types import TaskSpec, Vocabulary

DATA = "review,stars\nCame late,bug\nPlease add,wish\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reviews.csv").write_text(DATA, encoding="utf-8")
    return tmp_path


def write(folder: Path, content: str) -> Path:
    path = folder / "task.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_few_lines_make_a_task(folder: Path) -> None:
    path = write(folder, "data: reviews.csv\ntext: review\nlabel: stars\nlabels: praise, bug\nrank: 4\n")
    spec = load_spec(path)
    assert spec == TaskSpec(
        data=str(folder / "reviews.csv"), text="review", label="stars", labels=("praise", "bug"), rank=4
    )
    opened = open_task(spec)
    assert opened.name == "reviews"
    assert opened.vocabulary.labels == ("praise", "bug", "wish")


def test_labels_stay_words_whatever_yaml_makes_of_them(folder: Path) -> None:
    assert load_spec(write(folder, "labels: [yes, no, 1.0, null]\n")).labels == ("yes", "no", "1.0", "null")
    assert load_spec(write(folder, "task: sentiment\ntext:\nlabel: ~\n")) == TaskSpec(task="sentiment")


def test_a_spec_comes_back_from_its_file(folder: Path) -> None:
    spec = TaskSpec(
        name="größe", data=str(folder / "reviews.csv"), labels=("yes", "no: never"), heldout=0.1, base="x/y"
    )
    save_spec(spec, folder / "saved.yaml")
    assert load_spec(folder / "saved.yaml") == spec
    assert "data: reviews.csv" in (folder / "saved.yaml").read_text(encoding="utf-8")
    save_spec(TaskSpec(), folder / "plain.yaml")
    assert load_spec(folder / "plain.yaml") == TaskSpec()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("dta: reviews.csv\n", "The key 'dta' in '{}' is unknown; the keys are: task, name, data"),
        ("dta: reviews.csv\n", "did you mean 'data'?"),
        ("rank: many\n", "rank = 'many' in '{}' can't be used"),
        ("rank: 0\n", "rank = '0'"),
        ("labels: {a: b}\n", "labels = "),
        ("a: b: c\n", "is not valid YAML in line 1"),
        ("- just\n- a list\n", "holds no settings"),
        ("", "holds no settings"),
        ("!!python/object:os.system x\n", "holds no settings"),
    ],
)
def test_a_mistake_is_named(folder: Path, content: str, says: str) -> None:
    path = write(folder, content)
    with pytest.raises(UserError) as wrong:
        load_spec(path)
    assert says.format(path) in str(wrong.value)


def test_a_missing_or_broken_file_says_so(folder: Path) -> None:
    with pytest.raises(UserError, match="There is no task file"):
        load_spec(folder / "nowhere.yaml")
    (folder / "old.yaml").write_bytes(b"name: Caf\xe9\n")
    with pytest.raises(UserError, match="not UTF-8"):
        load_spec(folder / "old.yaml")
    with pytest.raises(UserError, match="can't be written"):
        save_spec(TaskSpec(), folder / "no" / "where.yaml")


def test_a_task_is_resolved_from_its_name_its_file_or_its_spec(folder: Path) -> None:
    assert resolve("sentiment") == TaskSpec(task="sentiment")
    path = write(folder, "data: reviews.csv\nrank: 4\n")
    assert resolve(path, rank=2, text=None) == resolve(str(path), rank=2) == resolve(load_spec(path), rank=2)
    with pytest.raises(UserError, match=r"'tekst' is unknown.*did you mean 'text'"):
        resolve("classify", tekst="review")
    with pytest.raises(UserError, match="heldout = 2 can't be used"):
        resolve("classify", heldout=2)


def test_data_is_found_from_any_working_directory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    spec = resolve("classify", data="reviews.csv")
    monkeypatch.chdir(os.sep)
    assert [example.input for example in open_task(spec).examples()] == ["Came late", "Please add"]


def test_unknown_tasks_and_options_without_effect_are_errors() -> None:
    with pytest.raises(UserError, match=r"There is no task 'clasify'; there is: answer, classify, .*sentiment"):
        open_task(TaskSpec(task="clasify"))
    with pytest.raises(UserError, match="The task 'sentiment' has no option 'labels'"):
        open_task(TaskSpec(task="sentiment", labels=("a", "b")))
    with pytest.raises(UserError, match="There is no column 'txt'"):
        open_task(TaskSpec(text="txt"))


@pytest.fixture
def tiny() -> Iterator[list[int]]:
    """A task of somebody else, that takes only a rank."""
    ranks: list[int] = []

    def tiny(rank: int = 8) -> Task:
        ranks.append(rank)
        return Task(
            model=lambda: None,  # type: ignore[arg-type,return-value]
            examples=list,
            vocabulary=Vocabulary(),
            render=lambda example, outputs: View(html=""),
        )

    task(tiny)
    yield ranks
    del task._found["tiny"]


def test_a_plugin_gets_the_options_that_it_takes_and_a_name(tiny: list[int]) -> None:
    assert open_task(TaskSpec(task="tiny", rank=2)).name == "tiny"
    assert open_task(TaskSpec(task="tiny", name="mine")).name == "mine"
    assert tiny == [2, 8]
    with pytest.raises(UserError, match="has no option 'base'; it has: rank"):
        open_task(TaskSpec(task="tiny", base="x"))

"""What may go live, and what is kept whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from adapters.gate import Exam, Sheet, _kappa, compare, sit
from adapters.models.classifier import Classifier
from adapters.shelf import MANIFEST, WEIGHTS, Manifest, Shelf
from assistant.errors import UserError
from assistant.types import Example, Label, Preference, Report

FROM = {"task": "t", "author": "ann", "critique": "c", "reading": "r", "input": "it was late"}
SAID = Label(**FROM, op="is", value="praise")


def sheet(right: int, of: int = 40) -> Sheet:
    return Sheet([1.0] * right + [0.0] * (of - right), [("praise", True)], ["praise"])


EXAM = Exam(
    [Example(id=str(i), input="x", label="praise") for i in range(40)],
    [("no, praise", SAID)],
    [Example(id="e", input="x")],
)


def test_better_and_equal_go_live_and_clearly_worse_does_not() -> None:
    assert compare(EXAM, sheet(20), sheet(30), "accuracy").live
    assert compare(EXAM, sheet(20), sheet(20), "accuracy").live
    assert compare(EXAM, sheet(20), sheet(19), "accuracy").live  # one answer less is noise
    worse = compare(EXAM, sheet(30), sheet(20), "accuracy")
    assert not worse.live
    assert "10 became wrong and 0 right" in worse.why
    assert (worse.before, worse.after) == (0.75, 0.5)


def test_nothing_held_out_is_none_and_not_zero() -> None:
    exam = Exam([], [("no", SAID)], [])
    report = compare(exam, Sheet([], [("x", False)], []), Sheet([], [("praise", True)], []), "accuracy")
    assert (report.live, report.before, report.after, report.p_worse) == (True, None, None, None)


def test_every_critique_is_asked_again(model: Classifier) -> None:
    answer = model.predict(["it was late"])[0].value
    other = next(value for value in model.values() if value != answer)
    critiques = [
        ("right", Label(**FROM, op="is", value=answer)),
        ("wrong", Label(**FROM, op="is", value=other)),
        ("denied", Label(**FROM, op="is_not", value=answer)),
        ("better", Preference(**FROM, chosen=answer, rejected=other)),
        ("worse", Preference(**FROM, chosen=other, rejected=answer)),
    ]
    found = sit(model, Exam([], critiques, []), lambda gold, value: float(gold == value))
    assert [ok for _, ok in found.critiques] == [True, False, False, True, False]


def manifest(id: str = "a1") -> Manifest:
    return Manifest(
        id=id,
        task="odd/../name",
        number=1,
        parent=None,
        base="b",
        feedback=("f1",),
        settings={},
        seed=0,
        report=Report(live=True, why=""),
        files={},
        created_at="2026-11-22T00:00:00Z",
    )


def test_an_adapter_comes_back_and_its_folder_stays_below_the_shelf(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    place, sha256 = shelf.put(manifest(), {"w": torch.arange(3.0)})
    assert tmp_path in place.parents and len(sha256) == 64
    assert shelf.get("odd/../name", "a1")["w"].tolist() == [0, 1, 2]
    assert shelf.manifest("odd/../name", "a1").feedback == ("f1",)
    assert shelf.check("odd/../name", "a1") is None


@pytest.mark.parametrize("harm", ["flip", "cut", "gone", "manifest", "half"])
def test_a_damaged_adapter_is_never_loaded(tmp_path: Path, harm: str) -> None:
    shelf = Shelf(tmp_path)
    place, _ = shelf.put(manifest(), {"w": torch.arange(3.0)})
    weights = place / WEIGHTS
    if harm == "flip":
        data = bytearray(weights.read_bytes())
        data[-1] ^= 1
        weights.write_bytes(bytes(data))
    elif harm == "cut":
        weights.write_bytes(weights.read_bytes()[:-2])
    elif harm == "gone":
        weights.unlink()
    elif harm == "manifest":
        (place / MANIFEST).write_text("{", encoding="utf-8")
    else:
        (place / MANIFEST).unlink()
    with pytest.raises(UserError, match="is damaged"):
        shelf.get("odd/../name", "a1")
    assert "damaged" in (shelf.check("odd/../name", "a1") or "")


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(UserError, match="No space left on device"):
        Shelf(tmp_path).put(manifest(), {"w": torch.zeros(1)})
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_agreement_of_two_versions_is_cohens_kappa() -> None:
    from sklearn.metrics import cohen_kappa_score

    before, after = list("aabbcca"), list("aabbbcc")
    assert _kappa(before, after) == pytest.approx(cohen_kappa_score(before, after))
    assert _kappa(["a", "a"], ["a", "a"]) == 1 and _kappa([], []) is None and _kappa(["a", "a"], ["a", "b"]) == 0

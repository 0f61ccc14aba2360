"""The tab Review, drawn: one question with its keys, and what is said where there is nothing to ask."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.errors import UserError
from assistant.review.desk import Doubt, Queue
from ui.views.review import _pressed, draw

LABELS = ("complaint", "order", "praise")


def doubt(id: str = "e1", **over: Any) -> Doubt:
    given: dict[str, Any] = {
        "input": "<b>Lovely</b> & quick", "given": "order", "by": "", "instead": "praise", "doubt": 0.9,
        "reason": "5 of 5 models trained without it say praise",
    }  # fmt: skip
    return Doubt(id=id, **given | over)


def queue(*doubts: Doubt, **over: Any) -> Queue:
    return Queue(**{"doubts": doubts, "looked": 93, "of": 93, "stale": False} | over)


def test_a_label_is_shown_with_who_gave_it_the_reason_and_a_key_for_each_answer() -> None:
    html = draw(queue(doubt()), LABELS, [])
    assert "&lt;b&gt;Lovely&lt;/b&gt; &amp; quick" in html and "<b>Lovely" not in html
    assert "Given by the data" in html and "5 of 5 models trained without it say praise." in html
    keys = dict(re.findall(r'data-act="(\w+)" data-key="(\w)"', html))
    assert keys == {"keep": "k", "correct": "1", "drop": "d", "pass": "s"}
    assert 'data-act="correct" data-key="c" aria-keyshortcuts="c" data-value="praise"' in html
    assert "1 to review, of 93 labels" in html
    assert "Given by ann" in draw(queue(doubt(by="ann")), LABELS, [])


def test_what_was_put_off_comes_last_and_what_was_decided_can_be_undone() -> None:
    html = draw(queue(doubt("e1"), doubt("e2")), LABELS, ["e1"], "r1")
    assert 'data-doubt="e2"' in html and 'data-doubt="e1"' not in html
    assert 'data-reading="r1"' in html and 'data-key="u"' in html
    assert "Undo" not in draw(queue(doubt()), LABELS, [])


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (Queue(searching=0.4), "Looking through the labels: 40 %"),
        (Queue(), "No labels were looked at yet."),
        (Queue(wrong="There are 3 labels to compare."), "There are 3 labels to compare."),
        (queue(), "Nothing left: of 93 labels, no other looks wrong."),
        (queue(looked=4000, of=9000), "of 4,000 of 9,000 labels"),
        (queue(doubt(), stale=True), "Something has changed since"),
    ],
)
def test_what_is_going_on_is_said(state: Queue, said: str) -> None:
    assert said in draw(state, LABELS, [])


def test_a_press_that_means_nothing_is_refused() -> None:
    nobody: Any = SimpleNamespace(session=SimpleNamespace(review=None), ids={}, press={})
    with pytest.raises(UserError, match="means nothing here"):
        _pressed(nobody, "shout", "e1")

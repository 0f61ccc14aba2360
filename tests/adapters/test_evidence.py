"""What changed in more than figures: groups named by their words, words that count now, what got worse and why."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.evidence import View, distinctive, learned, look, see, worse
from adapters.fit import Recipe, fit
from adapters.gate import Exam, sit
from adapters.models.classifier import Classifier
from adapters.signals import Material
from assistant.types import Evidence, Example, Label
from tests.tiny import EXAMPLES

HEAD = Recipe(most_steps=0)
ORIGIN = {"task": "tiny", "author": "ann", "critique": "c", "reading": "r"}
TEXTS = [
    "my parcel was late and lost", "my parcel was late and rude", "the staff is late and awful",
    "it was late and broken my order", "it was late the order", "my order was late and lost",
]  # fmt: skip


def label(text: str, value: str, **more: Any) -> Label:
    return Label(**ORIGIN, input=text, op="is", value=value, **more)


def examples(texts: list[str]) -> list[Example]:
    return [Example(id=str(n), input=text) for n, text in enumerate(texts)]


def right(gold: Any, value: Any) -> float:
    return float(gold == value)


def test_a_word_that_was_taught_counts_now_and_did_not_before(model: Classifier) -> None:
    new = [label(text, "praise", evidence=(Evidence(text="late"),)) for text in TEXTS[:3]]
    new += [label(text.replace("late", "lost"), "complaint") for text in TEXTS[:3]]
    pool = [*examples(TEXTS[3:]), *(e for e in EXAMPLES if "late" not in e.input)]
    view = see(model, pool, new, [])
    assert "late" in {word for word, _, _ in view.probes}
    assert all(word not in less.split() for word, _, less in view.probes)
    before = look(model, view)
    fit(model, Material(new=new), recipe=HEAD)
    found = learned(model, view, before, look(model, view))
    (late,) = [one for one in found.counts if one.word == "late"]
    assert late.value == "praise" and late.after > late.before + 0.2 and late.texts > 1
    assert found.words == len({word for word, _, _ in view.probes})


def test_changed_answers_are_grouped_by_what_they_changed_from_and_to(model: Classifier) -> None:
    pool = [*examples(TEXTS), *(e for e in EXAMPLES if "late" not in e.input)]
    view = View(pool, ())
    before = look(model, view)
    old = before.answers[0]
    other = next(value for value in model.values() if value != old)
    fit(model, Material(new=[label(text, other) for text in TEXTS], rehearsed=[e.input for e in pool[6:]]), recipe=HEAD)
    after = look(model, view)
    found = learned(model, view, before, after)
    moved = [n for n, (a, b) in enumerate(zip(before.answers, after.answers, strict=True)) if a != b]
    assert found.looked == len(pool) and found.moved == len(moved) > 0
    assert sum(one.count for one in found.behaviours) == len(moved), "nothing is counted twice, or left out"
    for one in found.behaviours:
        assert one.before != one.after and 1 <= len(one.typical) <= 3
        assert all((each.before, each.after) == (one.before, one.after) for each in one.typical)


def test_nothing_changed_is_said_so(model: Classifier) -> None:
    view = see(model, EXAMPLES, [], [])
    same = look(model, view)
    found = learned(model, view, same, same)
    assert (found.moved, found.behaviours, found.counts, found.words) == (0, (), (), 0)
    assert learned(model, View((), ()), look(model, View((), ())), look(model, View((), ()))).looked == 0


def test_what_got_worse_names_the_feedback_that_pushed_it_there(model: Classifier) -> None:
    fit(model, Material(known=[e for e in EXAMPLES if e.split == "pool"]), recipe=HEAD)
    heldout = [e for e in EXAMPLES if e.split == "heldout"]
    new = [label(text, "praise") for text in TEXTS]
    exam = Exam(heldout, [("no, praise", one) for one in new], [])
    parent = sit(model, exam, right)
    fitted = fit(model, Material(new=new), recipe=HEAD)
    candidate = sit(model, exam, right)
    found = worse(model, exam, parent, candidate, [], fitted.items)
    lost = sum(a > b for a, b in zip(parent.scores, candidate.scores, strict=True))
    assert found["worse"] == lost > 0
    ids = {one.id for one in new}
    for one in found["lost"]:
        assert one.before == one.right != one.after == "praise"
        assert set(one.causes) <= ids
    assert any(one.causes for one in found["lost"])


def test_words_that_all_have_set_nothing_apart() -> None:
    assert distinctive(["a late parcel", "a late order"], ["late it was", "very late"], 5) == []
    words = [word for word, _ in distinctive(["refund please"] * 4 + ["a refund"], ["an order"] * 5, 1)]
    assert words == ["refund"]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.text(max_size=30), max_size=12), st.lists(st.text(max_size=30), max_size=12))
def test_distinctive_words_stand_inside(inside: list[str], outside: list[str]) -> None:
    for word, z in distinctive(inside, outside, 4):
        assert np.isfinite(z) and z > 0
        assert sum(word in text.lower() for text in inside) > 1


def test_what_is_said_of_a_text_does_not_depend_on_its_company(model: Classifier) -> None:
    texts = [e.input for e in EXAMPLES] + TEXTS + ["thanks", "it " * 60]
    model.encoder._below.clear()
    model.parts.forget()
    together = model.encoder.read_texts(texts)[0]
    for some in (texts[::-1], texts[::3], texts[-1:]):
        model.encoder._below.clear()
        model.parts.forget()
        alone = model.encoder.read_texts(some)[0]
        assert all((alone[n] == together[texts.index(text)]).all() for n, text in enumerate(some))

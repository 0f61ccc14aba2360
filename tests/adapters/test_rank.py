"""Replies picked from given ones: what is learned of one conversation, of new replies, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from adapters.fit import Recipe, fit
from adapters.models import family
from adapters.models.rank import Rank
from adapters.signals import Material, signal
from assistant.errors import UserError
from assistant.types import Label, Preference

FROM = {"task": "t", "author": "ann", "critique": "c", "reading": "r"}
OPEN, TEA, FINE = "We open at nine.", "A cup of tea is 2 euros.", "The fine is 20 cents a day."
REPLIES = (OPEN, TEA, FINE)


def talk(*said: str) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[at % 2], "content": text} for at, text in enumerate(said)]


@pytest.fixture(scope="module")
def shared() -> Rank:
    made = family.get("rank")(rank=4)
    assert isinstance(made, Rank)
    return made


@pytest.fixture
def model(shared: Rank) -> Rank:
    shared.load(None)
    shared.relabel(REPLIES)
    return shared


def best(model: Rank, input: Any) -> str:
    return str(model.predict([input])[0].value)


def right(input: Any, value: str) -> Label:
    return Label(**FROM, input=input, op="is", value=value)


def alone(name: str) -> Recipe:
    weights = {each: float(each == name) for each in signal.names()}
    return Recipe(settle=30, ridge=0.1, least_steps=4, weights=weights)


def test_what_means_the_same_is_answered_before_any_feedback(model: Rank) -> None:
    assert best(model, "When can I come in?") == OPEN
    assert best(model, talk("Hello.", "Hello!", "How much is tea?")) == TEA


def test_asked_several_times_each_reply_comes_once_and_the_best_first(model: Rank) -> None:
    found = [one.value for one in model.predict(["How much is tea?"] * 3)]
    assert found[0] == TEA and set(found) == set(REPLIES)
    assert len(model.predict(["How much is tea?"] * 5)) == 5


def test_the_chances_of_all_replies_sum_to_one(model: Rank) -> None:
    with torch.no_grad():
        assert float(model.logp(["Tea?"] * 3, REPLIES).exp().sum()) == pytest.approx(1, abs=1e-5)
        other = model.logp(["Tea?"], ["Coffee is 3 euros."])
    assert float(other) < 0


def test_a_correction_is_learned_and_holds_for_what_means_the_same(model: Rank) -> None:
    asked = talk("My book is late.", OPEN, "That is not what I asked!")
    fit(model, Material(new=[right(asked, FINE)]))
    assert best(model, asked) == FINE
    assert best(model, talk("My book is late.", OPEN, "No, I asked something else!")) == FINE
    assert best(model, "How much is tea?") == TEA
    with model.base():
        assert best(model, "How much is tea?") == TEA


def test_words_of_ones_own_become_a_reply_and_go_when_they_are_taken_back(model: Rank) -> None:
    own = "Dogs may wait in the yard."
    model.relabel((*REPLIES, own))
    fit(model, Material(new=[right("Is my puppy allowed?", own)]))
    assert best(model, "May I bring a puppy?") == own
    state = model.state()
    model.relabel(REPLIES)
    assert best(model, "May I bring a puppy?") in REPLIES
    model.load(None)
    model.relabel((*REPLIES, own))
    model.load(state)
    assert best(model, "May I bring a puppy?") == own


@pytest.mark.parametrize("name", ["pairwise", "unlikelihood", "keep"])
def test_signals_of_all_kinds_reach_it(model: Rank, name: str) -> None:
    asked = talk("Hello.", "Hello!", "What is it for a day?")
    pair = Preference(**FROM, input=asked, chosen=TEA, rejected=FINE)
    no = Label(**FROM, input=asked, op="is_not", value=FINE)
    with torch.no_grad():
        before = float(model.logp([asked], [FINE]))
    fitted = fit(model, Material(new=[pair, no], rehearsed=[talk("When do you open?")]), recipe=alone(name))
    assert fitted.items == {name: 1}
    with torch.no_grad():
        after = float(model.logp([asked], [FINE]))
    assert after < before if name != "keep" else abs(after - before) < 1


def test_bad_input_is_named(model: Rank) -> None:
    with pytest.raises(UserError, match="no conversation"):
        model.predict([[]])
    with pytest.raises(UserError, match="does not fit"):
        model.load({**model.state(), f"head.reply.{OPEN}": torch.zeros(3)})
    model.relabel(())
    with pytest.raises(UserError, match="no replies to choose from"):
        model.predict(["Tea?"])

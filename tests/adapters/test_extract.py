"""The summariser that picks sentences: what it says before any feedback, and what moves it."""

from __future__ import annotations

import pytest
import torch

from adapters.fit import Recipe, fit
from adapters.models import family
from adapters.models.extract import Extract
from adapters.signals import Material, signal
from assistant.errors import UserError
from assistant.texts.segment import sentences
from assistant.types import Evidence, Label, Preference

FROM = {"task": "t", "author": "ann", "critique": "c", "reading": "r"}
PLACES = ("mill", "harbour", "station", "castle", "school", "market", "forest", "river")


def article(place: str) -> str:
    return (
        f"The old {place} bridge will be closed from Monday. Workers have to replace its rusty beams. "
        f"Buses to the {place} go round by the ring road. A ticket for the ferry costs 4 euros. "
        "“We had hoped for a quieter summer,” said the mayor. Last year the town counted 900 visitors a day. "
        "The weather is expected to stay dry. Work will last until May."
    )


def cost(place: str) -> str:
    return article(place).split(". ")[3] + "."


@pytest.fixture(scope="module")
def shared() -> Extract:
    made = family.get("extract")(split=sentences, rank=4)
    assert isinstance(made, Extract)
    return made


@pytest.fixture
def model(shared: Extract) -> Extract:
    shared.load(None)
    return shared


def alone(name: str) -> Recipe:
    return Recipe(settle=30, ridge=0.1, least_steps=4, weights={each: float(each == name) for each in signal.names()})


def best(model: Extract, text: str) -> str:
    (found,) = model.predict([text])
    return str(found.value)


def test_a_summary_is_sentences_of_the_text_in_their_order(model: Extract) -> None:
    said = article("mill")
    found = [prediction.value for prediction in model.predict([said] * 6)]
    own = [said[a:b] for a, b in sentences(said)]
    for summary in found:
        picked = [own.index(summary[a:b]) for a, b in sentences(summary)]
        assert picked == sorted(picked) and len(picked) == len(set(picked))
    assert 2 <= len(sentences(found[0])) <= 4
    assert found[0] == best(model, said) and len(set(found)) > 1, "the first is the best, the others are samples"


def test_the_chances_of_all_summaries_sum_to_one(model: Extract) -> None:
    said = "The bridge is closed. Buses go round by the mill. Work will last until May."
    own = [said[a:b] for a, b in sentences(said)]
    every = [" ".join(one for at, one in enumerate(own) if picked >> at & 1) for picked in range(2 ** len(own))]
    with torch.no_grad():
        total = model.logp([said] * len(every), every).exp().sum()
    assert float(total) == pytest.approx(1, abs=1e-4)


def test_a_preference_is_learned_for_texts_it_was_not_about(model: Extract) -> None:
    unseen = article(PLACES[-1])
    assert cost(PLACES[-1]) not in best(model, unseen)
    pairs = [
        Preference(
            **FROM, input=article(p), chosen=f"{article(p).split('. ')[0]}. {cost(p)}", rejected=best(model, article(p))
        )
        for p in PLACES[:-1]
    ]
    fit(model, Material(new=pairs), recipe=alone("pairwise"))
    assert cost(PLACES[-1]) in best(model, unseen)
    with model.base():
        assert cost(PLACES[-1]) not in best(model, unseen)


def test_words_of_ones_own_stand_for_the_sentences_that_share_them(model: Extract) -> None:
    said = article("mill")
    own = "The ferry costs 4 euros."
    with torch.no_grad():
        mine, its = model.logp([said, said], [own, cost("mill")])
        nothing, none = model.logp([said, said], ["Zebras sleep.", ""])
    assert float(mine) == pytest.approx(float(its)) and float(nothing) == pytest.approx(float(none))
    label = Label(**FROM, input=said, op="is", value=own)
    fit(model, Material(new=[label]), recipe=alone("supervised"))
    assert cost("mill") in best(model, said)


def test_evidence_points_at_what_belongs_in_or_not(model: Extract) -> None:
    why = [Evidence(text="4 euros"), Evidence(text="bridge will be closed", role="against")]
    label = Label(**FROM, input=article("mill"), op="is_not", value=best(model, article("mill")), evidence=tuple(why))
    fit(model, Material(new=[label]), recipe=alone("rationale"))
    learned = best(model, article("mill"))
    assert cost("mill") in learned and "closed from Monday" not in learned


def test_what_says_the_same_is_said_once(model: Extract) -> None:
    said = "The bridge is closed. " * 2 + "The bridge is closed now. Buses go round. Work lasts until May. It is dry."
    assert best(model, said).count("closed") == 1


def test_an_adapter_comes_back_and_a_foreign_one_is_refused(model: Extract) -> None:
    said = article("mill")
    fit(model, Material(new=[Label(**FROM, input=said, op="is", value=cost("mill"))]), recipe=alone("supervised"))
    state, learned = model.state(), best(model, said)
    model.load(None)
    assert best(model, said) != learned
    model.load(state)
    assert best(model, said) == learned
    with pytest.raises(UserError, match="does not fit"):
        model.load({**state, "head.mu": torch.zeros(2)})


@pytest.mark.parametrize("text", ["", "One sentence only.", "…", "no end"])
def test_short_and_odd_texts_are_answered(model: Extract, text: str) -> None:
    (found,) = model.predict([text])
    assert found.value == (text if text.strip() else None) and model.predict([]) == []
    with torch.no_grad():
        assert torch.isfinite(model.logp([text], ["Something else."])).all()


def test_a_conversation_is_read_by_what_was_asked_last(model: Extract) -> None:
    talk = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": article("mill")}]
    assert model.predict([talk])[0].value == best(model, article("mill"))
    with pytest.raises(UserError, match="has no text"):
        model.predict([[{"role": "system", "content": "Be brief."}]])

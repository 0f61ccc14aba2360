"""Each signal alone moves the model where the feedback points; each is nothing without its feedback."""

from __future__ import annotations

import pytest

from adapters.fit import Recipe, fit
from adapters.models.classifier import Classifier
from adapters.signals import Material, Reward, Weak, signal
from assistant.types import Constraint, Evidence, Example, Label, Preference

TEXT = "my parcel was broken and it was late"
LONG = "my parcel was broken. " + "the staff is great. " * 20
FROM = {"task": "t", "author": "ann", "critique": "c", "reading": "r"}


def label(value: str, op: str = "is", text: str = TEXT, because: str | None = None) -> Label:
    evidence = (Evidence(text=because),) if because else ()
    return Label(**FROM, input=text, op=op, value=value, evidence=evidence)


RULE = Constraint(**FROM, property="label", operator="eq", value="praise", when="mentions late")


def implies(rule: Constraint, text: str) -> str | None:
    return rule.value if "late" in text else None


KNOWN = ((TEXT, "praise", 1.0),)

MATERIAL = {
    "supervised": Material(new=[label("praise")]),
    "unlikelihood": Material(new=[label("complaint", "is_not")]),
    "contrast": Material(new=[label("praise", because="broken")]),
    "sufficiency": Material(new=[label("praise", because="broken")]),
    "rationale": Material(new=[label("praise", because="broken", text=LONG)]),
    "pairwise": Material(new=[Preference(**FROM, input=TEXT, chosen="praise", rejected="complaint")]),
    "rules": Material(pool=[TEXT], rules=[RULE], implies=implies),
    "replay": Material(replay=[label("praise")]),
    "keep": Material(rehearsed=[TEXT]),
    "implicit": Material(implicit=[Weak(TEXT, "praise", 1.0)]),
    "reward": Material(reward=Reward(lambda values: [float(v == "praise") for v in values], (TEXT,), 8, KNOWN)),
}


def alone(name: str) -> Recipe:
    return Recipe(least_steps=10, inner_rate=1e-3, weights={other: float(other == name) for other in signal.names()})


def margin(model: Classifier, text: str = TEXT) -> float:
    chosen, rejected = model.logp([text, text], ["praise", "complaint"]).tolist()
    return chosen - rejected


ELSEWHERE = {"kto"}
"""Of answers that can't be listed: test_preferences."""


def test_every_signal_is_tested_here() -> None:
    assert sorted({*MATERIAL, *ELSEWHERE}) == signal.names()


@pytest.mark.parametrize("name", sorted(MATERIAL))
def test_nothing_to_eat_is_no_item(model: Classifier, name: str) -> None:
    assert signal.get(name)().prepare(model, Material()) == []


@pytest.mark.parametrize("name", sorted(MATERIAL))
def test_one_loss_per_item_and_none_below_zero(model: Classifier, name: str) -> None:
    made = signal.get(name)()
    items = made.prepare(model, MATERIAL[name])
    loss = made.loss(model, items)
    assert loss.shape == (len(items),)
    assert (loss >= -1e-5).all()


@pytest.mark.parametrize("name", ["supervised", "unlikelihood", "pairwise", "rules", "replay", "reward", "implicit"])
def test_moves_the_model_where_the_feedback_points(model: Classifier, name: str) -> None:
    before = margin(model)
    fit(model, MATERIAL[name], recipe=alone(name))
    assert margin(model) > before + 0.5


def test_contrast_makes_the_reason_matter(model: Classifier) -> None:
    def lead() -> float:
        less = TEXT.replace("broken", " ")
        whole, without = model.logp([TEXT, less], ["praise", "praise"]).tolist()
        return whole - without

    before = lead()
    fit(model, MATERIAL["contrast"], recipe=alone("contrast"))
    assert lead() > before + 0.1


def test_sufficiency_makes_the_reason_enough(model: Classifier) -> None:
    before = margin(model, "broken")
    fit(model, MATERIAL["sufficiency"], recipe=alone("sufficiency"))
    assert margin(model, "broken") > before + 0.5


def test_rationale_teaches_where_to_look(model: Classifier) -> None:
    def share() -> float:
        return model._parts_that_count(LONG, 0)[0][2] / sum(abs(s) for _, _, s in model._parts_that_count(LONG, 0))

    because = [Evidence(text="broken")]
    before = model.logp_evidence([LONG], [because]).item()
    looked = abs(share())
    fit(model, MATERIAL["rationale"], recipe=alone("rationale"))
    assert model.logp_evidence([LONG], [because]).item() > before + 0.2
    assert abs(share()) > 2 * looked


def test_keep_holds_the_parent_while_something_else_is_learned(model: Classifier) -> None:
    kept = ["the staff is lovely", "it was perfect and quick"]
    teach = [label("praise", text="my order was broken")]
    before = [margin(model, text) for text in kept]
    fit(model, Material(new=teach), recipe=Recipe())
    drift = sum(abs(margin(model, text) - b) for text, b in zip(kept, before, strict=True))
    model.load(None)
    fit(model, Material(new=teach, rehearsed=kept), recipe=Recipe())
    drift_kept = sum(abs(margin(model, text) - b) for text, b in zip(kept, before, strict=True))
    assert drift_kept < drift / 2


def test_a_sign_counts_by_its_weight_and_what_can_not_be_said_not_at_all(model: Classifier) -> None:
    made = signal.get("implicit")()
    signs = [Weak(TEXT, "praise", weight) for weight in (1.0, 0.25, 0.0)] + [Weak(TEXT, "spam", 1.0)]
    whole, quarter = made.loss(model, made.prepare(model, Material(implicit=signs))).tolist()
    assert quarter == pytest.approx(whole / 4)


def test_the_latest_word_on_an_input_wins(model: Classifier) -> None:
    items = signal.get("supervised")().prepare(model, Material(new=[label("praise"), label("complaint")]))
    assert [item.value for item in items] == ["complaint"]


def test_a_rule_that_people_contradict_counts_less(model: Classifier) -> None:
    wrong = [Example(id=str(i), input=f"it was late {i}", label="complaint") for i in range(20)]
    make = signal.get("rules")().prepare
    trusted = make(model, Material(pool=[TEXT], rules=[RULE], implies=implies))
    doubted = make(model, Material(pool=[TEXT], rules=[RULE], implies=implies, known=wrong))
    assert trusted[0].accuracy > 0.9 > 0.5 > doubted[0].accuracy

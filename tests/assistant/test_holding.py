"""What is held waits: it is neither trained on nor obeyed, kept and exported, and counts again once released."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.errors import UserError
from assistant.store import AdapterRow, Store
from assistant.types import (
    Constraint,
    Context,
    Critique,
    Feedback,
    Label,
    OnScreen,
    Output,
    Preference,
    Reading,
    new_id,
    now,
)

SURE = Reading(acts=(), confidence=1.0)


def says(store: Store, author: str, *values: str, **over: Any) -> list[Feedback]:
    """Labels by one person, each of an example of its own name."""
    talk = store.start_conversation("mail", author)
    made: list[Feedback] = []
    for value in values:
        critique = Critique(conversation=talk, author=author, text=value, context=over.get("context", Context()))
        where: dict[str, Any] = {"task": "mail", "author": author, "critique": critique.id, "reading": new_id()}
        where |= {"example_id": over.get("example", f"e-{value}")}
        one: Feedback = Label(**where, input=where["example_id"], op="is", value=value)
        if over.get("rule"):
            one = Constraint(
                **(where | {"example_id": None}), property="label", operator="eq", value=value, when="late"
            )
        if over.get("better"):
            one = Preference(**where, input="x", chosen=value, rejected=over["better"])
        store.record(critique, SURE, "p", "1", [one])
        made.append(one)
    return made


def learned(store: Store, some: list[Feedback], parent: str | None = None) -> str:
    row = AdapterRow(task="mail", parent=parent, folder="mail/x", sha256="0" * 64)
    store.add_adapter(row, [one.id for one in some], live=("ann", "better"))
    return row.id


def ids(rows: Any) -> list[str]:
    return [row.feedback.id for row in rows]


def test_held_feedback_waits_and_comes_back(store: Store) -> None:
    good, bad = says(store, "ann", "a", "b"), says(store, "eve", "c", "d")
    held = [one.id for one in bad]
    assert store.hold(held, "sayso", "too fast") == held
    assert store.hold(held, "sayso", "too fast") == []  # once is enough
    assert ids(store.new_feedback("mail", None)) == [one.id for one in good]
    assert {row.feedback.id for row in store.sample_feedback("mail", 10, 0)} == {one.id for one in good}
    assert [row.held for row in store.feedback("mail")] == [False, False, True, True]
    assert store.count_feedback("mail") == 4 and len(list(store.export_rows("mail"))) == 4
    assert store.release(held[:1], "ann", "fine") == held[:1]
    assert ids(store.new_feedback("mail", None)) == [good[0].id, good[1].id, held[0]]
    assert [(row.event, row.author, row.text) for row in store.events("mail")] == [
        ("held", "sayso", "too fast"), ("held", "sayso", "too fast"), ("released", "ann", "fine")
    ]  # fmt: skip
    assert store.verify() == []


def test_held_rules_say_so(store: Store) -> None:
    [rule] = says(store, "eve", "praise", rule=True)
    store.hold([rule.id], "sayso")
    assert [(row.on, row.held) for row in store.rules("mail")] == [(True, True)]


def test_what_was_held_during_a_training_is_new_after_it(store: Store) -> None:
    good, bad = says(store, "ann", "a"), says(store, "eve", "b")
    store.hold([bad[0].id], "sayso")
    first = learned(store, good)
    more = says(store, "ann", "c")
    second = learned(store, more, first)
    assert store.new_feedback("mail", second) == []
    store.release([bad[0].id], "ann")
    assert ids(store.new_feedback("mail", second)) == [bad[0].id]


def test_a_version_that_learned_what_is_held_is_left_until_it_is_released(store: Store) -> None:
    good, bad = says(store, "ann", "a"), says(store, "eve", "b")
    first = learned(store, good)
    second = learned(store, bad, first)
    store.hold([bad[0].id], "sayso")
    clean = store.clean_ancestor("mail", second)
    assert clean is not None and clean.id == first
    store.release([bad[0].id], "ann")
    clean = store.clean_ancestor("mail", second)
    assert clean is not None and clean.id == second


def test_what_is_said_about_it_is_kept_with_it_or_not_at_all(store: Store) -> None:
    [one] = says(store, "eve", "a")
    talk = store.start_conversation("mail", "ann")
    with pytest.raises(UserError, match="no feedback 'nope'"):
        store.hold([one.id, "nope"], "ann", "", talk, [("sayso", "held", None)])
    assert store.events("mail") == [] and store.messages(talk) == []
    store.hold([one.id], "ann", "", talk, [("sayso", "held", None)])
    store.hold([one.id], "ann", "", talk, [("sayso", "held again", None)])
    assert [message.text for message in store.messages(talk)] == ["held"]


def test_who_said_what_comes_in_batches_with_when_it_was_shown(store: Store) -> None:
    output = Output(example_id="e-a", value="b")
    store.save_outputs("mail", [output])
    screen = Context(outputs=(OnScreen(id="#1", output_id=output.id, example_id="e-a"),))
    says(store, "ann", "a", context=screen)
    says(store, "bob", "b", "c")
    first = store.heard("mail", 0, 2)
    assert [row.feedback.author for row in first] == ["ann", "bob"]
    assert [row.feedback.author for row in store.heard("mail", first[-1].seq, 2)] == ["bob"]
    when, body = store.shown_at([output.id, "nope"])[output.id]
    assert body["value"] == "b" and when <= now()
    assert ids(store.about("mail", ["e-a", "e-a"])) == [first[0].feedback.id]


def test_cards_of_a_task_and_of_a_conversation(store: Store) -> None:
    here, there = store.start_conversation("mail", "ann"), store.start_conversation("mail", "bob")
    seqs = [store.say(talk, "sayso", "x", {"kind": "clash", "n": n}) for n, talk in enumerate((here, there))]
    store.say(here, "sayso", "no card")
    store.say(store.start_conversation("other", "ann"), "sayso", "x", {"kind": "clash"})
    assert [seq for seq, _ in store.cards("mail", 100)] == seqs
    assert store.cards("mail", 100, here) == [(seqs[0], {"kind": "clash", "n": 0})]

"""The team in the Store: who is what, who is given which example, and what people disagree on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.store import Store
from assistant.store.rows import Comment, Gold, Plan
from assistant.store.sharing import SETTLED
from assistant.types import Act, Critique, Label, LabelAct, Reading, new_id, now

READING = Reading(acts=(Act(kind="label", targets=("#1",), label=LabelAct(op="is", value="x")),), confidence=0.9)


def soon(minutes: float = 5) -> datetime:
    return now() + timedelta(minutes=minutes)


def say(
    store: Store, author: str, example: str, value: str, parser: str = "scripted", task: str = "mail", **more: object
) -> Label:
    """A whole turn that labels an example."""
    critique = Critique(conversation=store.start_conversation(task, author), author=author, text=f"it is {value}")
    label = Label(
        task=task, author=author, critique=critique.id, reading=new_id(), example_id=example, input="broken",
        op="is", value=value,
    )  # fmt: skip
    store.record(critique, READING, parser, "1", [label], reading_id=label.reading, **more)  # type: ignore[arg-type]
    return label


# --- members -----------------------------------------------------------------------------------------------


def test_the_first_owner_closes_the_task_and_only_owners_change_it(store: Store) -> None:
    assert store.members("mail") == {}
    with pytest.raises(UserError, match="has no owner yet"):
        store.set_member("mail", "ben", "annotator", "ada")
    store.set_member("mail", "ada", "owner", "ada")
    store.set_member("mail", "ben", "annotator", "ada")
    with pytest.raises(UserError, match="'ben' is no owner of 'mail'; ask one who is: ada"):
        store.set_member("mail", "ben", "owner", "ben")
    store.set_member("mail", "ben", "reviewer", "ada")
    assert {name: one.role for name, one in store.members("mail").items()} == {"ada": "owner", "ben": "reviewer"}
    assert store.members("other") == {}


def test_a_task_never_is_without_an_owner_while_others_are_in_it(store: Store) -> None:
    store.set_member("mail", "ada", "owner", "ada")
    store.set_member("mail", "ben", "viewer", "ada")
    for role in ("viewer", None):
        with pytest.raises(UserError, match="only owner"):
            store.set_member("mail", "ada", role, "ada")  # type: ignore[arg-type]
    store.set_member("mail", "ben", None, "ada")
    with pytest.raises(UserError, match="'ben' is not in the team"):
        store.set_member("mail", "ben", None, "ada")
    store.set_member("mail", "ada", None, "ada")
    assert store.members("mail") == {}  # open again


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 65])
def test_names_that_are_none(store: Store, name: str) -> None:
    with pytest.raises(UserError, match="can't be used"):
        store.set_member("mail", name, "owner", "ada")


def test_of_two_first_owners_one_is(store: Store) -> None:
    start, refused = threading.Barrier(4), []

    def claim(name: str) -> None:
        start.wait()
        try:
            store.set_member("mail", name, "owner", name)
        except UserError as wrong:
            refused.append(str(wrong))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(claim, ["ada", "ben", "cleo", "dan"]))
    assert len(store.members("mail")) == 1 and len(refused) == 3


def test_plans_golds_and_comments_are_kept(store: Store) -> None:
    assert (store.plan("mail").overlap, store.plan("mail").author) == (1, "")
    store.set_plan(Plan(task="mail", overlap=3, author="ada"))
    assert store.plan("mail").overlap == 3 and store.plan("other").overlap == 1
    store.set_golds([Gold(task="mail", example_id=id, value="x", author="ada") for id in ("e1", "e2")])
    store.set_golds([Gold(task="mail", example_id="e1", value="x", on=False, author="ada")])
    assert list(store.golds("mail")) == ["e2"]
    for example, text in (("e1", "one"), ("e2", "two"), ("e1", "three")):
        store.add_comment(Comment(task="mail", example_id=example, author="ben", text=text))
    assert [one.text for one in store.comments("mail", "e1")] == ["one", "three"]
    assert [one.text for one in store.comments("mail", newest=2)] == ["two", "three"]
    for text in (" ", "x" * 4001):
        with pytest.raises(UserError, match="empty or too long"):
            store.add_comment(Comment(task="mail", example_id="e1", author="ben", text=text))
    assert store.verify() == []


# --- reservations --------------------------------------------------------------------------------------------


def test_an_example_is_wanted_from_so_many_people(store: Store) -> None:
    assert store.reserve("mail", "e1", "ann", 2, soon())
    assert not store.reserve("mail", "e1", "ann", 2, soon())
    say(store, "ben", "e1", "x")
    assert store.not_wanted("mail", ["e1", "e2"], "cleo", 2) == {"e1"}
    assert store.not_wanted("mail", ["e1", "e2"], "cleo", 3) == set()
    assert not store.reserve("mail", "e1", "cleo", 2, soon())
    assert store.reserve("mail", "e1", "cleo", 3, soon())


def test_nobody_waits_for_one_who_left(store: Store) -> None:
    assert store.reserve("mail", "e1", "ann", 1, soon(-1))
    assert store.reserve("mail", "e1", "ben", 1, soon())
    assert not store.reserve("mail", "e1", "ann", 1, soon())  # ann had it
    assert store.not_wanted("mail", ["e1"], "ann", 1, again=True) == {"e1"}
    assert store.not_wanted("mail", ["e1"], "ann", 2, again=True) == set()
    say(store, "ann", "e1", "x")  # and may answer it still
    assert store.not_wanted("mail", ["e1"], "cleo", 3) == set()
    assert store.not_wanted("mail", ["e1"], "cleo", 2) == {"e1"}


def test_an_answer_that_was_taken_back_is_wanted_of_another(store: Store) -> None:
    said = say(store, "ann", "e1", "x")
    store.retract([said.id], "ann")
    assert store.not_wanted("mail", ["e1"], "ben", 1) == set()
    assert store.not_wanted("mail", ["e1"], "ann", 1) == {"e1"}


def test_what_is_settled_is_asked_of_nobody(store: Store) -> None:
    say(store, "ada", "e1", "x", parser=SETTLED)
    assert store.not_wanted("mail", ["e1"], "ben", 9) == {"e1"}
    assert store.reserve("mail", "e1", "ben", None, soon())  # but as a question whose answer is known
    assert not store.reserve("mail", "e1", "ben", None, soon()) and not store.reserve("mail", "e1", "ada", None, soon())


def test_many_people_at_once_are_given_each_example_as_often_as_it_is_wanted(store: Store) -> None:
    """Three a side: never more than the overlap, never twice to the same person, and nothing is left over."""
    people, examples, overlap = [f"p{n}" for n in range(6)], [f"e{n}" for n in range(8)], 2
    got: list[tuple[str, str]] = []
    start = threading.Barrier(len(people))

    def work(person: str) -> None:
        start.wait()
        for example in examples * 2:
            if store.reserve("mail", example, person, overlap, soon()):
                got.append((example, person))

    with ThreadPoolExecutor(len(people)) as pool:
        for one in [pool.submit(work, person) for person in people]:
            one.result()
    assert len(set(got)) == len(got)
    assert Counter(example for example, _ in got) == dict.fromkeys(examples, overlap)


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all examples of a property."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('home')}/sayso.db") as opened:
        yield opened


STEPS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["e1", "e2", "e3"]), st.sampled_from(["ask", "leave", "say"])),
    max_size=24,
)


@given(steps=STEPS, overlap=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_whoever_comes_and_goes_the_counts_hold(
    sqlite_store: Store, steps: list[tuple[str, str, str]], overlap: int
) -> None:
    """Against a plain count: who answered, who still has it, to whom it was ever given."""
    given_to: dict[str, set[str]] = {}
    busy: dict[str, set[str]] = {}
    store, task = sqlite_store, new_id()
    for person, example, what in steps:
        if what == "say":
            say(store, person, example, "x", task=task)
            busy.setdefault(example, set()).add(person)
            given_to.setdefault(example, set()).add(person)
            continue
        free = person not in given_to.get(example, set()) and len(busy.get(example, set())) < overlap
        assert store.not_wanted(task, [example], person, overlap) == (set() if free else {example})
        assert store.reserve(task, example, person, overlap, soon(-1 if what == "leave" else 5)) is free
        if free:
            given_to.setdefault(example, set()).add(person)
            busy.setdefault(example, set()).update({person} if what == "ask" else set())


# --- what people make of the same ------------------------------------------------------------------------------


def test_answers_come_together_with_their_words(store: Store) -> None:
    first, second = say(store, "ann", "e1", "x"), say(store, "ben", "e1", "y")
    say(store, "ann", "e2", "x")
    (only,) = store.shared("mail").items()
    assert only[0] == "e1" and [(a.label.id, a.critique.text) for a in only[1]] == [
        (first.id, "it is x"), (second.id, "it is y")
    ]  # fmt: skip
    assert {name: count[:2] for name, count in store.counted("mail").items()} == {"ann": (2, 2), "ben": (1, 1)}
    assert list(store.answered("mail", "ann", ["e1", "e9"])) == ["e1"]


def test_what_was_overruled_stands_again_when_that_is_undone(store: Store) -> None:
    ann, ben, cleo = (say(store, who, "e1", value) for who, value in (("ann", "x"), ("ben", "y"), ("cleo", "z")))
    settled = say(store, "ada", "e1", "y", parser=SETTLED, retract=[ann.id, cleo.id])
    assert {a.label.id for a in store.answers("mail", "e1")} == {ben.id, settled.id}
    store.decide(cleo.reading, "cleo", "rejected")  # cleo took hers back meanwhile
    assert store.reopen(settled.reading, "ada") == 1
    again = {a.label.author: a.label for a in store.answers("mail", "e1")}
    assert set(again) == {"ann", "ben"}
    assert again["ann"].model_copy(update={"id": ann.id}) == ann
    with pytest.raises(UserError, match="already"):
        store.reopen(settled.reading, "ada")
    assert len(store.answers("mail", "e1")) == 2 and store.verify() == []

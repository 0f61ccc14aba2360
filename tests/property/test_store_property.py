"""Whatever a person may type, paste or feed in comes out of the Store as it went in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.store import Store
from assistant.store.columns import escape, unescape
from assistant.types import (
    Act,
    Constraint,
    Context,
    Critique,
    Evidence,
    Feedback,
    Gesture,
    Label,
    LabelAct,
    OnScreen,
    Preference,
    Reading,
    new_id,
)

# all of Unicode, half surrogates too, with what has broken stores before made likely
NASTY = st.sampled_from(
    ["\x00", "a\x00b", "␛", "␛0000", "\\u0000", "😀👩\u200d👧", "שלום مرحبا", "\u202eevil\u202c", "\r\n\t",
     "<script>alert(1)</script>", "'; DROP TABLE feedback; --", "%s %(x)s {0} :name", "\ud83d",
     "\ud83d\ude00", "\ufeff", "NULL", ""]
)  # fmt: skip
WORDS = st.one_of(NASTY, st.text(st.characters(codec=None), max_size=30))
NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False),
    st.sampled_from([-0.0, 1e308, 5e-324, math.inf]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)
EVIDENCE = st.lists(st.builds(Evidence, text=WORDS), max_size=2).map(tuple)
# fixed offsets: in a zone with summer time Python calls the hour that comes twice unequal to itself in UTC
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=OFFSETS)
CONFIDENCE = st.floats(0, 1)

READINGS = st.builds(
    Reading,
    acts=st.lists(
        st.builds(
            Act,
            kind=st.just("label"),
            targets=st.lists(WORDS, max_size=3).map(tuple),
            label=st.builds(LabelAct, op=st.sampled_from(["is", "is_not"]), value=st.none() | WORDS),
            evidence=EVIDENCE,
            reason=st.none() | WORDS,
        ),
        max_size=4,
    ).map(tuple),
    clarify=st.none() | WORDS,
    confidence=CONFIDENCE,
)


@st.composite
def turns(draw: st.DrawFn) -> tuple[Critique, Reading, list[Feedback]]:
    """A critique, its reading, and feedback of all kinds."""
    author = draw(WORDS)
    shown = OnScreen(id="#1", input=draw(JSON), value=draw(JSON), example_id=draw(st.none() | WORDS))
    critique = Critique(
        conversation="",
        author=author,
        text=draw(WORDS),
        gesture=draw(st.none() | st.builds(Gesture, kind=st.just("edit"), target=WORDS, value=JSON)),
        context=Context(outputs=(shown,), turns=draw(st.lists(WORDS, max_size=2).map(tuple))),
        created_at=draw(MOMENTS),
    )
    where: dict[str, Any] = {
        "task": draw(WORDS),
        "author": author,
        "critique": critique.id,
        "reading": new_id(),
    }
    where |= {"example_id": draw(st.none() | WORDS), "created_at": critique.created_at}
    feedback: list[Feedback] = [
        Label(**where, input=draw(JSON), op="is", value=draw(JSON), evidence=draw(EVIDENCE)),
        Preference(**where, input=draw(JSON), chosen=draw(JSON), rejected=draw(JSON), aspect=draw(st.none() | WORDS)),
        Constraint(**where, property=draw(WORDS), operator="eq", value=draw(JSON), when=draw(st.none() | WORDS)),
    ]
    return critique, draw(READINGS), feedback


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('home')}/sayso.db") as store:
        yield store


@pytest.fixture(params=["sqlite", "postgres"])
def any_store(request: pytest.FixtureRequest) -> Store:
    """One store for all examples of a test: making one each would take minutes."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_store")  # type: ignore[no-any-return]
    url = request.getfixturevalue("postgres_url")
    store = Store.open(url)
    request.addfinalizer(store.close)
    return store


FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FEW
@given(turns())
def test_a_turn_comes_back_as_it_went_in(any_store: Store, drawn: tuple[Critique, Reading, list[Feedback]]) -> None:
    critique, reading, feedback = drawn
    task = feedback[0].task
    critique = critique.model_copy(update={"conversation": any_store.start_conversation(task, critique.author)})
    before = any_store.count_feedback(task)
    id = any_store.record(critique, reading, critique.text, "1", feedback, messages=[("person", critique.text, None)])
    rows = any_store.feedback(task, critique=critique.id)
    assert [row.feedback for row in rows] == feedback
    assert [row.seq for row in rows] == [before + 1, before + 2, before + 3]
    assert any_store.feedback(task, author=critique.author, after=before) == rows
    assert any_store.messages(critique.conversation)[0].text == critique.text
    exported = [row for row in any_store.export_rows(task, author=critique.author) if row.feedback in feedback]
    assert [row.reading for row in exported] == [reading.contract()] * 3
    assert {row.words for row in exported} == {critique.text}
    # the same once more is no news
    assert any_store.record(critique, reading, critique.text, "1", feedback) == id
    assert any_store.count_feedback(task) == before + 3
    if feedback[0].example_id is not None:
        assert any_store.was_criticised(task, [feedback[0].example_id]) == {feedback[0].example_id}


def test_after_all_that_nothing_is_damaged(sqlite_store: Store) -> None:
    assert sqlite_store.verify() == []


@FEW
@given(card=st.dictionaries(WORDS, JSON, min_size=1, max_size=4), who=WORDS)
def test_cards_and_params_come_back(any_store: Store, card: dict[str, Any], who: str) -> None:
    talk = any_store.start_conversation(who, who)
    seq = any_store.say(talk, "sayso", who, card)
    any_store.vote(seq, who, True)
    [message] = any_store.messages(talk)
    assert (message.card, message.text, message.votes) == (card, who, {who: True})
    assert any_store.job(any_store.add_job(who, who, card, who)).params == card


@given(st.text(st.characters(codec=None)))
def test_escaping_loses_nothing_and_leaves_what_databases_take(text: str) -> None:
    stored = escape(text)
    assert unescape(stored) == text
    assert "\x00" not in stored
    stored.encode()


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_different_texts_are_stored_differently(one: str, other: str) -> None:
    assert (escape(one) == escape(other)) == (one == other)


def label(store: Store, **fields: Any) -> Label:
    talk = store.start_conversation("t", "ann")
    critique = Critique(conversation=talk, author="ann", text="no")
    made = Label(task="t", author="ann", critique=critique.id, reading=new_id(), op="is", **fields)
    store.record(critique, Reading(acts=(), confidence=1), "p", "1", [made])
    return made


def test_nan_stays_nan(store: Store) -> None:
    label(store, input=[math.nan, None, 0], value=math.nan)
    [row] = store.feedback("t")
    assert isinstance(row.feedback, Label)
    assert math.isnan(row.feedback.value) and math.isnan(row.feedback.input[0])
    assert row.feedback.input[1:] == [None, 0]
    assert store.verify() == []


def test_ten_megabytes_in_a_cell(store: Store) -> None:
    made = label(store, input="wörd \x00" * 1_500_000, value="a", example_id="x" * 1_000_000)
    assert [row.feedback for row in store.feedback("t")] == [made]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", {(1, 2): 3}], ids=lambda value: type(value).__name__)
def test_what_json_cannot_hold_is_said(store: Store, value: Any) -> None:
    with pytest.raises(UserError, match="can't be stored"):
        label(store, input=value, value="a")
    assert store.feedback("t") == []


def test_lists_in_lists_without_end_are_said(store: Store) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(UserError, match="can't be stored"):
        label(store, input=deep, value="a")

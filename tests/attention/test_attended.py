"""Moments and traces in the store, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from assistant.errors import UserError
from assistant.store import Store
from assistant.store.rows import MomentRow
from assistant.types import Output, now


def moment(
    store: Store, input: Any = "where is it", author: str = "ann", task: str = "mail", **given: Any
) -> MomentRow:
    shown = Output(value="order", example_id=f"e {input}")
    store.save_outputs(task, [shown])
    talk = store.start_conversation(task, author)
    return MomentRow(
        task=task, author=author, conversation=talk, output=shown.id, example=f"e {input}", input=input, **given
    )  # fmt: skip


def asking(row: MomentRow, about: MomentRow | None = None) -> MomentRow:
    return row.model_copy(update={"asks": (about or row).id, "about": "a | b", "gain": 2.5, "ready": 0.5})


def test_moments_are_kept_with_what_became_of_them(store: Store) -> None:
    first = moment(store, {"role": "user", "content": "\x00␛"}, worth=0.4)
    second = asking(moment(store), first)
    assert store.add_moment(first) and store.add_moment(second)
    assert store.moments("mail", "ann") == [first, second]
    assert store.moments("mail", "ann", newest=1) == store.moments(None, "ann", asked=True) == [second]
    assert store.moments("mail", "ben") == store.moments("other", "ann") == []
    assert store.asked_about("mail", "ann", [first.example, second.example]) == {first.example}
    store.meet(second.id, "dismissed", "ann")
    store.meet(second.id, "never", "ann")
    kept = store.moment(second.id)
    assert (kept.event, kept.asks) == ("never", first.id) and kept.met_at is not None
    assert store.met([first.id, second.id]) == {second.id: "never"}
    assert store.muted("mail", "ann") == ["a | b"] and store.muted("mail", "ben") == []
    store.meet(second.id, "again", "ann")
    assert store.muted("mail", "ann") == [] and store.verify() == []


def test_no_two_writers_can_ask_too_much_or_twice(store: Store) -> None:
    first, again = asking(moment(store)), asking(moment(store))
    assert store.add_moment(first, 2, now() - timedelta(hours=1))
    assert not store.add_moment(again, 2, now() - timedelta(hours=1)), "the same input"
    assert store.moment(again.id).asks is None, "the moment is kept, its question is not"
    assert store.add_moment(asking(moment(store, "b", task="other")), 2, now() - timedelta(hours=1))
    assert not store.add_moment(asking(moment(store, "c")), 2, now() - timedelta(hours=1)), "two, of whatever task"
    assert store.add_moment(asking(moment(store, "d", author="ben")), 2, now() - timedelta(hours=1))
    assert store.add_moment(asking(moment(store, "e")), 2, now() + timedelta(hours=1)), "another day"


def test_traces_are_kept_once(store: Store) -> None:
    row = moment(store)
    assert store.add_implicit("mail", "ann", row.output, "seconds", 3.5)
    assert not store.add_implicit("mail", "ann", row.output, "seconds", 9.0)
    assert store.add_implicit("mail", "ben", row.output, "edited", text="half a \ud83d")
    first, second = store.implicit("mail")
    assert (first.kind, first.value, first.text) == ("seconds", 3.5, None)
    assert (second.kind, second.value, second.text) == ("edited", None, "half a \ud83d")
    assert [one.author for one in store.implicit("mail", "ben")] == ["ben"] and list(store.implicit("other")) == []
    with pytest.raises(UserError):
        store.add_implicit("mail", "ann", "nothing", "copied")


def test_traces_of_who_was_forgotten_teach_nothing_and_later_ones_do(store: Store) -> None:
    first, second = moment(store), moment(store, "b")
    store.forget_traces("mail", "ann")  # nobody left one yet
    for author in ("ann", "ben"):
        store.add_implicit("mail", author, first.output, "copied")
    assert len(store.signs("mail", now(), 9)) == 2
    store.forget_traces("mail", "ann")
    assert [one.author for one in store.implicit("mail")] == ["ben"] and len(store.signs("mail", now(), 9)) == 1
    store.add_implicit("mail", "ann", second.output, "copied")
    assert [one.author for one in store.implicit("mail")] == ["ben", "ann"] and len(store.signs("mail", now(), 9)) == 2


def test_what_is_not_there_is_said(store: Store) -> None:
    with pytest.raises(UserError, match="no moment"):
        store.moment("nothing")
    with pytest.raises(UserError):
        store.meet("nothing", "dismissed", "ann")
    with pytest.raises(UserError):
        store.add_moment(asking(moment(store)).model_copy(update={"asks": "nothing"}))

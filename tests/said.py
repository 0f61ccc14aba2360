"""Feedback for the tests of exports: rows by hand, and hypothesis strategies of rows that stand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from assistant.exports import Row
from assistant.types import Evidence, Gesture, Label, Preference, new_id

NASTY = [
    "",
    " ",
    "\n",
    " x",
    "x ",
    "a\nb",
    "json:3",
    "3",
    "null",
    "=1+1",
    "שלום",
    "👩‍👩‍👧",
    "\u2028",
    "\x85",
    "\\n",
    '"',
    "<b>",
    "{",
    "[]",
]
text = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
prose = st.text(st.characters(categories=["L", "Nd", "Zs", "Po"]), min_size=1, max_size=40)
values = st.one_of(text, st.integers(), st.lists(text, max_size=2), st.dictionaries(prose, st.integers(), max_size=2))
times = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))
message = st.fixed_dictionaries({"role": st.just("user"), "content": text})


def row(feedback: Any, **over: Any) -> Row:
    """A row as a parser that is sure makes it."""
    known: dict[str, Any] = {
        "words": "no, that's wrong",
        "reading": {"acts": [], "clarify": None, "confidence": 0.9},
        "parser": "scripted",
        "parser_version": "1",
        "confidence": 0.9,
        "conversation": "c1",
    }
    return Row(feedback=feedback, **(known | over))


def shared(critique: str = "k1", **over: Any) -> dict[str, Any]:
    return {"task": "mail", "author": "ann", "critique": critique, "reading": f"r-{critique}", **over}


@st.composite
def _origin(draw: st.DrawFn) -> dict[str, Any]:
    evidence = st.builds(Evidence, text=text, role=st.sampled_from(["for", "against", "error", "missing", "ignore"]))
    return shared(
        new_id(),  # a critique of its own: nothing repeats anything
        author=draw(st.sampled_from(["ann", "bob", "Zoë O'Neill"])),
        created_at=draw(times),
        evidence=tuple(draw(st.lists(evidence, max_size=2))),
        example_id=draw(st.none() | prose),
        guideline=draw(st.integers(0, 9)),
    )


@st.composite
def labels(draw: st.DrawFn, inputs: st.SearchStrategy[Any] = values, answers: st.SearchStrategy[Any] = values) -> Row:
    """ "It is", "it is not", with or without an output on screen, by words or by thumb."""
    said = Label(**draw(_origin()), input=draw(inputs), op=draw(st.sampled_from(["is", "is_not"])), value=draw(answers))
    thumb = Gesture(kind="thumb", value=said.op == "is").model_dump_json()
    words = draw(text)
    return row(
        said, words=words, output=draw(st.none() | answers), gesture=draw(st.none() | st.just(thumb)),
        confirmed=draw(st.sampled_from([None, True])), confidence=draw(st.floats(0, 1)),
    )  # fmt: skip


@st.composite
def pairs(draw: st.DrawFn, inputs: st.SearchStrategy[Any] = values, answers: st.SearchStrategy[Any] = values) -> Row:
    """Preferences, some of them edits."""
    better, worse = draw(st.lists(answers, min_size=2, max_size=2, unique_by=lambda value: str(value).strip()))
    said = Preference(
        **draw(_origin()), input=draw(inputs), chosen=better, rejected=worse, aspect=draw(st.none() | prose)
    )
    edit = {"acts": [{"kind": "edit", "targets": ["#1"]}], "clarify": None, "confidence": 0.9}
    over = {"reading": edit, "output": worse} if draw(st.booleans()) else {}
    return row(said, words=draw(text), confirmed=draw(st.sampled_from([None, True])), **over)


some_pairs = st.lists(pairs(), min_size=1, max_size=4)
some_labels = st.lists(labels(), min_size=1, max_size=4)
some = st.lists(st.one_of(labels(), pairs()), min_size=1, max_size=5)

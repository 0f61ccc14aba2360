"""Whatever several people say: the record counts each of them once, and aggregation keeps only what somebody said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.quality import measure
from assistant.quality._overlap import f1, words
from assistant.quality._people import fit
from assistant.quality._votes import Votes, vote_of
from assistant.quality._weigh import weigh
from assistant.types import Label

START = datetime(2026, 1, 1, tzinfo=UTC)
SAID = st.tuples(
    st.sampled_from(["ann", "bob", "cem", "dan"]), st.integers(0, 4), st.sampled_from(["a", "b", "c"]), st.booleans()
)
MANY = st.lists(SAID, max_size=40)
FEW = settings(max_examples=40, deadline=None)


def labels(drawn: list[tuple[str, int, str, bool]]) -> list[Label]:
    return [
        Label(
            id=f"f{n}", task="t", author=who, critique="c", reading="r", input=f"input {item}", value=value,
            op="is" if so else "is_not", created_at=START + timedelta(seconds=n),
        )
        for n, (who, item, value, so) in enumerate(drawn)
    ]  # fmt: skip


def record(said: list[Label]) -> Votes:
    return Votes([vote for n, one in enumerate(said, 1) if (vote := vote_of(one, n))])


@FEW
@given(MANY)
def test_each_person_has_one_word_on_each_question(drawn: list[tuple[str, int, str, bool]]) -> None:
    standing = record(labels(drawn)).newest()
    positive = [(vote.author, vote.question) for vote in standing if vote.so]
    assert len(positive) == len(set(positive))
    both = {(vote.author, vote.question) for vote in standing if not vote.so} & set(positive)
    for who, question in both:  # somebody who denied another value after saying what it is
        values = {vote.value for vote in standing if (vote.author, vote.question) == (who, question)}
        assert len(values) > 1


@FEW
@given(MANY, st.randoms(use_true_random=False))
def test_probabilities_are_probabilities_and_the_order_of_people_does_not_matter(drawn, rng) -> None:  # type: ignore[no-untyped-def]
    standing = record(labels(drawn)).choices()
    mixed = list(standing)
    rng.shuffle(mixed)
    one, other = fit(standing, {}), fit(mixed, {})
    for question in one.questions:
        truth = one.truth(question)
        assert abs(sum(truth.values()) - 1) < 1e-9 and min(truth.values()) >= 0
        assert max(abs(truth[value] - other.truth(question)[value]) for value in truth) < 1e-6
    assert all(0 <= share <= 1 for share in one.by_others.values())
    assert abs(one.confusion.sum(axis=2) - 1).max(initial=0) < 1e-9


@FEW
@given(MANY)
def test_aggregation_keeps_what_was_said_and_no_two_things_of_one_input(
    drawn: list[tuple[str, int, str, bool]],
) -> None:
    said = labels(drawn)
    weighed = weigh(said, record(said))
    kept = {one.id for one in weighed.kept}
    assert [one for one in said if one.id in kept] == weighed.kept
    assert not kept & (weighed.overruled | weighed.open)
    assert kept | weighed.overruled | weighed.open == {one.id for one in said}
    if len({one.author for one in said}) > 1:
        by_input: dict[str, set[str]] = {}
        for one in weighed.kept:
            if isinstance(one, Label) and one.op == "is":
                by_input.setdefault(one.input, set()).add(one.value)
        assert all(len(values) == 1 for values in by_input.values())


@FEW
@given(MANY)
def test_measures_find_figures_that_make_sense(drawn: list[tuple[str, int, str, bool]]) -> None:
    votes = record(labels(drawn))
    for name in measure.names():
        for one in measure.get(name)().find(votes):
            assert one.text and one.n >= 0
            assert one.value is None or -1 <= one.value <= 1.000001
            if one.interval is not None:
                assert one.interval[0] <= one.interval[1]


@FEW
@given(st.text(max_size=30), st.lists(st.text(max_size=5), max_size=3), st.lists(st.text(max_size=5), max_size=3))
def test_overlap_is_symmetric_and_between_0_and_1(text: str, one: list[str], other: list[str]) -> None:
    a, b = words(text, one), words(text, other)
    assert f1(a, b) == f1(b, a) and 0 <= f1(a, b) <= 1 and f1(a, a) == 1

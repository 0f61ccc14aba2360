"""Places where an ensemble disagrees with what is given."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.review.votes import Place, Span, doubt, order, places


def span(start: int, end: int, share: float, tag: str = "LOC", given: bool = False) -> Span:
    return Span(start, end, tag, (share,), given)


spans = st.lists(
    st.builds(
        lambda start, length, tenths, given: span(start, start + length, tenths / 10, given=given),
        st.integers(0, 30), st.integers(1, 5), st.integers(0, 10), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


@given(spans)
@settings(deadline=None)
def test_every_span_stands_in_a_place_and_every_given_one_has_its_own(some: list[Span]) -> None:
    found = places(some)
    assert {one for place in found for one in place.spans} == set(some)
    assert sorted(place.given.start for place in found if place.given) == sorted(one.start for one in some if one.given)
    assert sorted(order(found)) == list(range(len(found)))
    assert all(-1 <= doubt(place) <= 1 for place in found)


def test_more_votes_for_what_is_given_are_less_doubt_and_more_against_it_are_more() -> None:
    def of(for_it: float, against: float) -> float:
        return doubt(Place(span(0, 5, for_it, given=True), (span(0, 5, against, "ORG"),)))

    assert of(0.1, 0.9) > of(0.2, 0.9) > of(0.2, 0.5) > of(0.9, 0.1)


def test_what_overlaps_a_given_span_is_one_question_with_it() -> None:
    given = span(10, 15, 0.1, given=True)
    longer, other, elsewhere = span(8, 15, 0.4), span(10, 15, 0.6, "ORG"), span(30, 35, 0.9)
    found = places([elsewhere, other, given, longer])
    assert [place.given for place in found] == [given, None]
    assert set(found[0].rivals) == {longer, other}
    assert found[0].rival == other
    assert list(order(found)) == [0, 1]


def test_an_entity_that_nobody_gave_is_doubted_by_how_many_models_find_it() -> None:
    one, two = Place(None, (span(0, 3, 0.9),)), Place(None, (span(0, 3, 0.3),))
    assert doubt(one) > 0 > doubt(two)


def test_votes_of_several_ensembles_count_alike() -> None:
    both = Place(Span(0, 3, "LOC", (0.0, 0.5), True), (Span(0, 3, "ORG", (1.0, 0.5)),))
    assert doubt(both) == 0.5

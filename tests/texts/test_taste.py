"""What people call better is learned from pairs, and how sure that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.texts.taste import Pair, learned

SHORT, LONG = "We open at 8.", "We open at 8, so do come by, and bring your friends along, and your family as well!"
LOUD, CALM = "Come in!!! We love you!!!", "Come in. We love you."
PROSE = st.text("abc XYZ.,!?1'\n", max_size=60)


def test_of_two_new_texts_the_one_like_what_was_preferred_is_better() -> None:
    taste = learned([Pair(SHORT, LONG)] * 3 + [Pair(CALM, LOUD)] * 3)
    assert taste is not None
    shorter, longer = taste(["Closed on Sundays.", "On Sundays we are closed, so please do come on any other day."])
    calm, loud = taste(["Closed today.", "Closed today!!"])
    assert shorter > longer and calm > loud
    assert {name for name, weight in taste.leanings() if weight < 0} & {"words", "exclamation marks"}


def test_nothing_preferred_is_no_taste() -> None:
    assert learned([]) is None


def test_more_of_the_same_makes_surer() -> None:
    few, many = learned([Pair(SHORT, LONG)]), learned([Pair(SHORT, LONG)] * 20)
    assert few is not None and many is not None
    assert many.doubt(SHORT, LONG) < few.doubt(SHORT, LONG)
    assert few.doubt(SHORT, SHORT) == 0


def test_what_covers_more_of_the_input_is_liked_where_that_was_liked() -> None:
    bridge = "The bridge is closed until May. Buses go round by Mill Lane. The bridge will cost 2 million euros."
    shop = "The shop has lost its roof. It sells books until then outside. The roof was 80 years old."
    taste = learned([Pair("The bridge is closed until May.", "There are some people who say things.", bridge)] * 5)
    assert taste is not None
    asked = [shop, shop]
    covers, does_not = taste(["The shop has lost its roof.", "There was somebody who did it."], asked)
    assert covers > does_not
    assert taste.doubt("The roof.", "A book.", shop) > 0


@given(pairs=st.lists(st.tuples(PROSE, PROSE), min_size=1, max_size=8), text=PROSE)
def test_it_can_always_be_told_and_opposites_cancel(pairs: list[tuple[str, str]], text: str) -> None:
    both = learned([Pair(a, b, a) for a, b in pairs] + [Pair(b, a, a) for a, b in pairs])
    assert both is not None
    assert both([text])[0] == pytest.approx(0.5, abs=1e-6)
    taste = learned([Pair(*pair) for pair in pairs])
    assert taste is not None and 0 <= taste([text], [text])[0] <= 1

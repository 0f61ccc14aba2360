"""The panel of a blind comparison: two answers, four buttons, how it stands, and nothing that tells whose is whose."""

from __future__ import annotations

from assistant.session import Tally, Trial
from assistant.tasks import View
from ui.blind import VOTES, panel, standing

NOTHING = Tally(0, 0, 0, 0, None, 0.0, 1.0, "Nothing was compared yet.")
TRIAL = Trial("a2", ("o1", "o2"), View(html="<p>When?</p>", cells=("<p>At 8.</p>", "<p>At eight.</p>")))


def test_two_answers_are_shown_without_their_versions() -> None:
    drawn = panel("v2", TRIAL, NOTHING)
    assert "At 8." in drawn and "At eight." in drawn and "When?" in drawn
    assert all(f'data-value="{vote}"' in drawn for vote in VOTES)
    assert not any(secret in drawn for secret in ("a2", "o1", "o2", "base"))


def test_answers_in_one_view_are_named_by_their_order() -> None:
    drawn = panel("v2", Trial("a2", ("o1", "o2"), View(html="<p>spam, then ham</p>")), NOTHING)
    assert "A, then B" in drawn and "spam, then ham" in drawn


def test_nothing_more_is_said_and_so_is_how_it_stands() -> None:
    drawn = panel("<v2>", None, Tally(3, 1, 0, 2, 0.75, 0.3, 0.95, "Not enough yet to tell."))
    assert "nothing more on which the two differ" in drawn and "&lt;v2&gt;" in drawn
    assert "won 3 and lost 1 (2 both bad): 75 % (95 % sure: 30 % to 95 %)" in drawn
    assert standing(NOTHING) == "Nothing was compared yet."

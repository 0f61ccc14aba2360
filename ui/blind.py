"""Two answers of unknown versions, side by side, and how the comparisons stand so far.

panel("v2", Trial(view=View(cells=("<p>At 8.</p>", "<p>At eight.</p>")), …), Tally(won=9, lost=2, …))
  -> a question, answers A and B, four buttons, and "the newer one won 9 and lost 2: 82 % (52 % to 95 %)"
"""

from __future__ import annotations

from html import escape

from assistant.session import Tally, Trial
from ui.html import button, percent, tag

__all__ = ["VOTES", "panel", "standing"]

VOTES = {"first": "A is better", "second": "B is better", "alike": "Equally good", "bad": "Both are bad"}


def panel(name: str, trial: Trial | None, tally: Tally) -> str:
    """The comparison of a version, called `name`, with the one before; `trial` None: nothing more can be compared."""
    close = button("Close", "changes", style="quiet", version="")
    inside = _shown(trial) if trial else tag("p", "There is nothing more on which the two differ.", class_="effect")
    lead = tag("p", "Each answers by itself, without your rules. You are not told which is which.", class_="effect")
    return tag(
        "section",
        tag("div", tag("h3", f"{escape(name)} against the one before, blindly"), close, class_="top"),
        lead,
        inside,
        tag("p", escape(standing(tally)), class_="standing", aria_live="polite"),
        class_="blind",
    )


def _shown(trial: Trial) -> str:
    cells = trial.view.cells or (trial.view.html,)
    question = tag("div", trial.view.html, class_="view") if trial.view.cells else ""
    named = zip("AB", cells, strict=False) if trial.view.cells else [("A, then B", cells[0])]
    drawn = [tag("article", tag("strong", letter), html, class_="cell") for letter, html in named]
    votes = [button(words, "vote", value=vote) for vote, words in VOTES.items()]
    return question + tag("div", *drawn, class_="pair") + tag("div", *votes, class_="row")


def standing(tally: Tally) -> str:
    """The comparisons so far, in a sentence or two.

    >>> standing(Tally(9, 2, 1, 0, 9 / 11, .52, .95, "Not enough yet to tell."))
    'The newer one won 9 and lost 2 (1 equally good): 82 % (95 % sure: 52 % to 95 %). Not enough yet to tell.'
    """
    others = [f"{tally.alike} equally good"] * bool(tally.alike) + [f"{tally.bad} both bad"] * bool(tally.bad)
    rest = f" ({', '.join(others)})" if others else ""
    if tally.rate is None:
        return f"{tally.advice}{rest}"
    sure = f"{percent(tally.rate)} (95 % sure: {percent(tally.low)} to {percent(tally.high)})"
    return f"The newer one won {tally.won} and lost {tally.lost}{rest}: {sure}. {tally.advice}"

"""Questions and what they cost and brought, in words.

asks(("order", "complaint"), [.46, .41])  -> "Is this **order** or **complaint**?"
why(("order", "complaint"), [.46, .41], Worth(3.1, 40))
  -> "I'm torn between order (46 %) and complaint (41 %). Your answer should set about 3 of some 40 others like it
      right, in your data and in a month of your work."
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.attention.worth import Worth

if TYPE_CHECKING:
    from assistant.attention.shown import Standing

__all__ = ["about", "asks", "standing", "why"]

TORN = 0.25
"""Between the two likeliest values, in probability: nearer than this, people too would call it torn."""
QUOTED = 160


def about(ranked: Sequence[str]) -> str:
    """What a question is about, the same however the two likeliest values are ranked: "complaint | order"."""
    return " | ".join(sorted(ranked[:2]))


def asks(ranked: Sequence[str], chances: Sequence[float], input: Any = None) -> str:
    """The question. `ranked`: values, the likeliest first, with their probabilities; `input`: quoted, if not None."""
    torn = len(ranked) > 1 and chances[0] - chances[1] <= TORN
    choice = f"**{ranked[0]}** or **{ranked[1]}**" if torn else f"**{ranked[0]}**"
    if input is None:
        return f"Is this {choice}?"
    text = " ".join(str(input).split())
    return f"Earlier: “{text if len(text) <= QUOTED else text[: QUOTED - 1] + '…'}”. Is it {choice}?"


def why(ranked: Sequence[str], chances: Sequence[float], worth: Worth) -> str:
    """Why it is asked."""
    named = [f"{value} ({100 * chance:.0f} %)" for value, chance in zip(ranked, chances, strict=True)]
    torn = len(ranked) > 1 and chances[0] - chances[1] <= TORN
    doubt = f"I'm torn between {named[0]} and {named[1]}" if torn else f"I'd say {named[0]} and am not sure"
    right = f"{_some(worth.gain)} of {_others(worth.alike)} right, in your data and in a month of your work"
    return f"{doubt}. Your answer should set {right}."


def _some(gain: float) -> str:
    return f"about {gain:.0f}" if gain >= 1.5 else "one"


def _others(alike: float) -> str:
    """
    >>> _others(40.2), _others(.8)
    ('some 40 others like it', 'the few like it')
    """
    return f"some {alike:.0f} others like it" if alike >= 2 else "the few like it"


def standing(now: Standing) -> str:
    """What asking cost and brought, in a few sentences."""
    if not now.asked:
        return f"Nothing was asked yet. At most {now.per_day} questions a day."
    counts = f"{now.answered} answered, {now.dismissed} dismissed, {now.ignored} passed over"
    text = f"{now.asked} asked ({now.today} of at most {now.per_day} today): {counts}."
    if now.answered:
        took = f", in {max(1, round(now.minutes))} min" if now.implicit else ""
        text += f" {now.corrected} of your answers corrected the model{took}; "
        text += f"they should set about {now.expected:.0f} examples right. "
        text += (
            "What they brought is not measured yet."
            if now.observed is None
            else f"Held-out accuracy gained {100 * now.observed:+.1f} points by them."
        )
    muted = f" Not asked any more: {', '.join(now.muted)}." if now.muted else ""
    return text + muted

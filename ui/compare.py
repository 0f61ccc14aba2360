"""Two versions beside each other, on anything that is typed in: what each says, how sure, and the words that counted.

sides(Side(name="v1", value="question", score=.6), Side(name="v2", value="complaint", score=.9))
  -> '<div class="sides"><section class="side"><h4>v1</h4>…<b>question</b>…60 %…</section>…'
"""

from __future__ import annotations

from html import escape
from typing import Any

from assistant.cards import show_value
from assistant.learned.account import Side
from ui.html import percent, tag

__all__ = ["sides"]

WORDS = 6


def sides(old: Side, new: Side) -> str:
    """Both, the older first; what differs is said first."""
    same = old.value == new.value
    said = "Both say the same." if same else "They differ."
    return tag("div", tag("p", said, role="status"), tag("div", _side(old), _side(new), class_="sides"))


def _side(one: Side) -> str:
    sure = f", {percent(one.score)} sure" if one.score is not None else ""
    ranked = sorted(one.highlights, key=lambda part: -abs(part.weight))[:WORDS]
    words = [
        tag(
            "span",
            escape(_short(part.text)),
            class_="for" if part.weight > 0 else "against",
            title=_weight(part.weight),
        )
        for part in ranked
    ]
    counted = tag("p", *words, class_="counted") if words else tag("p", "No single word counted.", class_="effect")
    return tag(
        "section",
        tag("h4", escape(one.name)),
        tag("p", tag("b", escape(show_value(one.value))), sure, dir="auto"),
        counted,
        class_="side",
    )


def _weight(weight: float) -> str:
    return f"{'for' if weight > 0 else 'against'} it: {abs(weight):.2f} of the strongest"


def _short(text: Any, width: int = 60) -> str:
    words = " ".join(str(text).split())
    return words if len(words) <= width else words[: width - 1] + "…"

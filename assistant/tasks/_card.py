"""How a text and what the model says of it are shown: the label, how sure, the words that mattered, the rule.

    text_card(Example(id="1", input="I want my <b>money</b> back"), [Output(value="complaint", score=.8, …)])
    -> View(html='<article class="card">…my &lt;b&gt;…', text="I want my <b>money</b> back", choices=(…))

Whatever comes from data, people or models passes `html.escape`, so it is shown and never run. Highlights are
<mark class="for"> or <mark class="against">, as strong as their weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from assistant.tasks import View
from assistant.types import Constraint, Example, Highlight, Output

__all__ = ["text_card"]

FAINTEST = 0.15
"""Opacity of the weakest highlight: fainter ones can't be told from the page."""


def text_card(
    example: Example,
    outputs: Sequence[Output],
    rules: Mapping[str, Constraint] | None = None,
    choices: Sequence[str] = (),
) -> View:
    """The example with what the model says of it; `rules` by id give the words of those that acted."""
    text = example.input if isinstance(example.input, str) else str(example.input)
    highlights = outputs[0].highlights if outputs else ()
    answers = "".join(_answer(output, rules or {}) for output in outputs)
    html = (
        f'<article class="card"><p class="text" dir="auto">{_marked(text, highlights)}</p>'
        f'<div class="answers">{answers}</div></article>'
    )
    said = [output.value for output in outputs if isinstance(output.value, str)]
    return View(html=html, text=text, choices=tuple(dict.fromkeys((*choices, *said))))


def _answer(output: Output, rules: Mapping[str, Constraint]) -> str:
    value = "no answer" if output.value is None else str(output.value)
    parts = [f'<span class="chip" dir="auto">{escape(value)}</span>']
    if output.score is not None:
        percent = f"{100 * output.score:.0f}"
        parts.append(
            f'<meter class="sure" min="0" max="100" value="{percent}" title="how sure: {percent} %"></meter>'
            f'<span class="percent">{percent} %</span>'
        )
    parts += [_rule(rules.get(rule_id)) for rule_id in output.rules]
    if output.said is not None and output.said != output.value:
        own = f"the model alone says {output.said}"
        parts.append(f'<span class="said" dir="auto">{escape(own)}</span>')
    return f'<div class="answer">{"".join(parts)}</div>'


def _rule(rule: Constraint | None) -> str:
    words = "by a rule" if rule is None else f"rule: {rule.when or f'always {_plain(rule.value)}'}"
    return f'<span class="rule" dir="auto">{escape(words)}</span>'


def _plain(value: Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _marked(text: str, highlights: Sequence[Highlight]) -> str:
    """The text, escaped, with the parts that mattered marked; a word within a sentence stands out of it."""
    fitting = [part for part in highlights if 0 <= part.start < part.end <= len(text) and part.weight]
    edges = sorted({0, len(text), *(edge for part in fitting for edge in (part.start, part.end))})
    pieces = []
    for start, end in pairwise(edges):
        covering = [part for part in fitting if part.start <= start and end <= part.end]
        piece = escape(text[start:end])
        # the narrowest: a word's own weight says more than that of its sentence
        narrowest = min(covering, key=lambda part: part.end - part.start, default=None)
        pieces.append(piece if narrowest is None else _mark(piece, narrowest.weight))
    return "".join(pieces)


def _mark(escaped: str, weight: float) -> str:
    side = "for" if weight > 0 else "against"
    opacity = max(FAINTEST, min(1.0, abs(weight)))
    # the page's style gives the colour; the custom property keeps the words themselves fully opaque
    return f'<mark class="{side}" style="--weight: {opacity:.2f}">{escaped}</mark>'

"""Texts as the page shows them: side by side, with what differs, which rules are kept, and how long each is.

cell(Output(value="We open at 8.", …), others=["We open at 9."])
  -> '<div class="text-cell"><p>We open at <mark class="differs">8.</mark></p>…4 words · 1 sentence…'
compared(report)  ->  what both versions wrote, and the figures of each
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape
from typing import Any

from assistant.texts.segment import sentences, words
from assistant.types import Highlight, Output, Report

__all__ = ["cell", "compared", "question_html"]

BEST = 3
ALIKE = 0.4
"""Texts that have less in common differ everywhere, and nothing is marked."""


def question_html(input: Any, answers: Sequence[str] = ()) -> str:
    """A question, or a conversation with who said what, as safe HTML; what answers quote of a text is marked."""
    if isinstance(input, str):
        return f'<p class="text" dir="auto">{_quoted(input, answers)}</p>'  # offsets of marked words count in this text
    said = "".join(
        f'<li class="{escape(str(one["role"]))}"><b>{escape(str(one["role"]))}</b> {_lines(str(one["content"]))}</li>'
        for one in input
    )
    return f'<ol class="talk" dir="auto">{said}</ol>'


def _quoted(text: str, answers: Sequence[str]) -> str:
    """The text, escaped, with the sentences marked that stand in an answer just as they are here."""
    parts, at = [], 0
    for start, end in sentences(text):
        by = [f"#{n}" for n, answer in enumerate(answers, 1) if text[start:end] in answer]
        if by and end - start < len(text):
            quoted = f'<mark class="quoted" title="in {" and ".join(by)}">{escape(text[start:end])}</mark>'
            parts += [escape(text[at:start]), quoted]
            at = end
    return "".join([*parts, escape(text[at:])])


def cell(output: Output, others: Sequence[str] = ()) -> str:
    """The inside of a cell of the grid, as safe HTML; what no other text has is marked."""
    text = str(output.value)
    count = len(words(text)), len(sentences(text))
    said = " · ".join(f"{n} {name}{'' if n == 1 else 's'}" for n, name in zip(count, ("word", "sentence"), strict=True))
    edited = " <em>edited</em>" if output.said is not None else ""
    return (
        f'<div class="text-cell"><p class="answer-text" dir="auto">{_differing(text, others)}</p>'
        f'<p class="text-facts">{said}{edited}</p>'
        f'<ul class="text-rules">{"".join(map(_rule, output.highlights))}</ul></div>'
    )


def _differing(text: str, others: Sequence[str]) -> str:
    """The text, escaped, with the words marked that differ from the one other."""
    if len(others) != 1:
        return _lines(text)
    mine, theirs = text.split(" "), others[0].split(" ")
    parts = []
    matched = SequenceMatcher(None, mine, theirs, autojunk=False)
    if matched.ratio() < ALIKE:
        return _lines(text)
    for kind, start, end, _, _ in matched.get_opcodes():
        piece = _lines(" ".join(mine[start:end]))
        if piece:
            parts.append(piece if kind == "equal" else f'<mark class="differs">{piece}</mark>')
    return " ".join(parts)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _rule(part: Highlight) -> str:
    kept = part.weight > 0
    return (
        f'<li class="{"for" if kept else "against"}"><span aria-label="{"kept" if kept else "broken"}">'
        f"{'✓' if kept else '✗'}</span> {escape(part.text)}</li>"
    )


def compared(report: Report) -> str:
    """The best of what parent and candidate wrote, as safe HTML."""
    if len(report.samples) != 2:
        return ""
    return _best("Best before", report.samples[0]) + _best("Best now", report.samples[1])


def _best(title: str, sample: tuple[tuple[Any, float], ...]) -> str:
    shown = "".join(f"<li>{_lines(str(value))} <span>{score:.2f}</span></li>" for value, score in sample[:BEST])
    return f'<h4>{title}</h4><ul class="text-best">{shown}</ul>' if shown else ""

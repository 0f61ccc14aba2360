"""What is said of what was learned: a training's report in a message, and all that is known of it under What I learned.

Every sentence says what was measured and of how many; what was not measured is not said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.cards import show_value
from assistant.tell import short
from assistant.types import Behaviour, Changed, Counts, Learned, Lost, Report

if TYPE_CHECKING:
    from assistant.shown import Rule, Version

__all__ = ["caused", "learned", "learned_lines", "tell"]

MOST = 8
"""Of each kind of thing that is listed."""


def tell(report: Report, name: str) -> str:
    """The report in a chat message.

    >>> tell(Report(live=True, why="", before=.713, after=.749, heldout=120, checked=40), "v2")
    '**v2** is live. Held-out accuracy 71.3 % → 74.9 % (120 examples). 0 of 40 earlier answers changed.'
    """
    head = f"**{name}** is live." if report.live else f"**{name}** is not live: {report.why}."
    parts = [head, *_fixed(report)]
    if report.measures:
        parts.append(
            ", ".join(f"{one.name} {_figure(one.before)} → {_figure(one.after)}" for one in report.measures) + "."
        )
    elif report.before is not None and report.after is not None:
        parts.append(f"Held-out {report.metric} {_change(report.before, report.after)} ({report.heldout} examples).")
    changed = "changed rank" if report.measures else "changed"
    parts.append(f"{len(report.changed)} of {report.checked} earlier answers {changed}.")
    parts += report.notes
    if not report.live:
        parts.append("You can keep it anyway under Versions.")
    return " ".join(parts)


def learned(
    versions: Sequence[Version], rules: Sequence[Rule], feedback: int, people: int, words: Mapping[str, str]
) -> str:
    """What was learned so far, as Markdown, of the live version.

    Args:
        words: how pieces of feedback are called that something came from, by their ids.
    """
    live = next((version for version in versions if version.live), None)
    by = f", {people} people" if people > 1 else ""
    lines = [
        f"There {'is' if feedback == 1 else 'are'} **{feedback}** piece{'' if feedback == 1 else 's'} of feedback{by}."
    ]
    if live is None:
        lines.append("No version has been trained from it yet: the model answers as it came.")
    elif live.report:
        lines.append(f"**{live.name}** answers; it learned from {live.feedback} of them since {live.parent}.")
        lines += learned_lines(live.report, words)
    on = [rule for rule in rules if rule.on]
    lines += ["", "**Rules in force**", "", *[f"- {rule.text} ({rule.author})" for rule in on]] if on else []
    return "\n".join(lines)


def learned_lines(report: Report, words: Mapping[str, str]) -> list[str]:
    """The same of one report."""
    lines = []
    if report.measures and report.before is not None and report.after is not None:
        lines.append(f"Mean {report.metric} of what it makes: {report.before:.2f} before, {report.after:.2f} now.")
    elif report.before is not None and report.after is not None:
        lines.append(f"Held-out {report.metric} {_change(report.before, report.after)} ({report.heldout} examples).")
    if report.learned is not None:
        lines += _changed(report.learned) + _counting(report.learned)
    elif report.changed:
        lines += ["", f"Of {report.checked} earlier answers {len(report.changed)} changed:", ""]
        lines += [f"- {_arrow(one)}: “{short(one.input, 80)}”" for one in report.changed[:MOST]]
    lines += _asked(report)
    return lines + (_worse(report.learned, report.heldout, words) if report.learned is not None else [])


def _changed(found: Learned) -> list[str]:
    """The behaviours, each with an example."""
    if not found.looked:
        return []
    if not found.moved:
        return ["", f"**What changed**: none of the answers to {found.looked} examples."]
    head = f"**What changed**: the answers to {found.moved} of {found.looked} examples."
    return ["", head, "", *[f"- {_behaviour(one)}" for one in found.behaviours]]


def _behaviour(one: Behaviour) -> str:
    """
    >>> text = Changed(example_id="7", input="Refund me", before="question", after="complaint")
    >>> _behaviour(Behaviour(words=("refund",), before="question", after="complaint", count=3, typical=(text,)))
    'question → **complaint**, 3 times, mostly with “refund”: “Refund me”'
    """
    named = ", mostly with " + " or ".join(f"“{word}”" for word in one.words) if one.words else ""
    times = "once" if one.count == 1 else f"{one.count} times"
    examples = ", ".join(f"“{short(each.input, 80)}”" for each in one.typical[:2])
    return f"{show_value(one.before)} → **{show_value(one.after)}**, {times}{named}: {examples}"


def _counting(found: Learned) -> list[str]:
    if not found.words:
        return []
    if not found.counts:
        return ["", f"**Words**: of {found.words} tried, none counts clearly more than before."]
    head = f"**Words that count now**, of {found.words} tried by leaving them out:"
    return ["", head, "", *[f"- {_count(one)}" for one in found.counts[:MOST]]]


def _count(one: Counts) -> str:
    """
    >>> _count(Counts(word="refund", value="complaint", before=0.0, after=0.92, texts=4))
    '“refund” makes **complaint** 2.5 times as likely, before 1.0 times (in 4 texts)'
    """
    now, was = math.exp(one.after), math.exp(one.before)
    texts = f"{one.texts} text{'' if one.texts == 1 else 's'}"
    return (
        f"“{one.word}” makes **{show_value(one.value)}** {now:.1f} times as likely, before {was:.1f} times (in {texts})"
    )


def _asked(report: Report) -> list[str]:
    if not report.asked:
        return []
    failed = [one for one in report.asked if not one.fixed]
    head = f"**What you said, asked again**: {len(report.asked) - len(failed)} of {len(report.asked)} fixed."
    return ["", head, *([""] if failed else []), *[f"- NOT fixed: “{short(one.text, 80)}”" for one in failed[:MOST]]]


def _worse(found: Learned, heldout: int, words: Mapping[str, str]) -> list[str]:
    if not heldout:
        return ["", "**What got worse** is not known: nothing is held out to measure it on."]
    if not found.worse:
        return ["", f"**What got worse**: none of {heldout} held-out examples."]
    head = f"**What got worse**: {found.worse} of {heldout} held-out examples."
    return ["", head, "", *[f"- {_lost(one, words)}" for one in found.lost[:MOST]]]


def _lost(one: Lost, words: Mapping[str, str]) -> str:
    why = [words[id] for id in one.causes if id in words]
    said = f"it is **{show_value(one.right)}**, before {show_value(one.before)}, now {show_value(one.after)}"
    return f"“{short(one.input, 80)}”: {said}" + (f"; pushed there most by {', '.join(why)}" if why else "")


def caused(found: Sequence[tuple[str, float]]) -> str:
    """Which feedback an answer came from, in a sentence; `found`: how each is called, and its nats.

    >>> caused([("“it's a complaint” (ann)", 0.69)])
    'It was taught most by “it's a complaint” (ann): 2.0 times as likely by it.'
    """
    told = [f"{name}: {math.exp(nats):.1f} times as likely by it" for name, nats in found]
    return f"It was taught most by {'; '.join(told)}." if told else ""


def _arrow(one: Changed) -> str:
    return f"{show_value(one.before)} → **{show_value(one.after)}**"


def _change(before: float, after: float) -> str:
    return f"{100 * before:.1f} % → {100 * after:.1f} %"


def _figure(value: float) -> str:
    """
    >>> _figure(0.4123), _figure(214.0)
    ('0.41', '214')
    """
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _fixed(report: Report) -> list[str]:
    """Every critique asked again: how many are fixed, and which are not."""
    fixed: dict[str, tuple[str, bool]] = {}
    for asked in report.asked:
        words, so_far = fixed.get(asked.critique, (asked.text, True))
        fixed[asked.critique] = (words, so_far and asked.fixed)
    failed = [words for words, ok in fixed.values() if not ok]
    if not fixed:
        return []
    if len(fixed) == 1:
        return ["Your critique: NOT fixed." if failed else "Your critique: fixed."]
    text = f"{len(fixed)} critiques: {len(fixed) - len(failed)} fixed"
    quoted = ", ".join(f"“{words}”" for words in failed[:3])
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    return [f"{text}, {len(failed)} NOT fixed ({quoted}{more})." if failed else f"{text}."]

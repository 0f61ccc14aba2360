"""What a training's report says in the chat, in a message."""

from __future__ import annotations

from assistant.types import Report

__all__ = ["tell"]


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
        before, after = f"{100 * report.before:.1f} %", f"{100 * report.after:.1f} %"
        parts.append(f"Held-out {report.metric} {before} → {after} ({report.heldout} examples).")
    changed = "changed rank" if report.measures else "changed"
    parts.append(f"{len(report.changed)} of {report.checked} earlier answers {changed}.")
    parts += report.notes
    if not report.live:
        parts.append("You can keep it anyway under Versions.")
    return " ".join(parts)


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

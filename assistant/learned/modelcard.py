"""The model card of a version: what it is, what it learned from, how well it does, and where it can't be trusted.

    write(bench, v2)  ->  "---\\nbase_model: …\\n---\\n# v2 of classify\\n\\nAnswers with one of: complaint, order …"

After Mitchell et al. 2019 ("Model Cards for Model Reporting"), with the metadata that the model hub reads. Every figure
is of the report that was kept when the version was trained; intervals are Wilson's, of 95 %. What was not measured is
said to be so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import yaml

from assistant._wilson import wilson
from assistant.cards import show_value
from assistant.learned.proof import line_of
from assistant.learned.told import learned_lines
from assistant.types import Constraint, Label, Report

if TYPE_CHECKING:
    from assistant.store.rows import AdapterRow, FeedbackRow
    from assistant.workbench import Workbench

__all__ = ["write"]

FEW_HELDOUT, FEW_OF_LABEL = 100, 10
"""Fewer held-out examples, or fewer of a label among them, than that are named as a limit."""


def write(bench: Workbench, version: AdapterRow) -> str:
    """The card, as Markdown."""
    names, ids = line_of(bench, version)
    rows = bench.store.feedback(bench.task.name, ids=sorted(ids), active=False)
    report = Report.model_validate(version.report) if version.report else None
    base = bench.shelf.manifest(bench.task.name, version.id).base
    parts = [
        _front(base, version),
        f"# v{version.number} of {bench.task.name}",
        _about(bench, version, names, base),
        "## What it learned from",
        _data(bench, rows),
        "## How well it does",
        _measured(report),
        "## What changed with it",
        "\n".join(learned_lines(report, {})) if report else "No report was kept.",
        "## Limits",
        _listed(_limits(bench, report, rows)),
        "## How it was trained",
        _training(version, report),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _front(base: str, version: AdapterRow) -> str:
    plain = {
        "base_model": base.partition("#")[0],
        "library_name": "peft",
        "tags": ["sayso", "lora", "human-feedback"],
        "datasets": [],
        "version": f"v{version.number}",
    }
    return f"---\n{yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)}---"


def _about(bench: Workbench, version: AdapterRow, names: Sequence[str], base: str) -> str:
    labels = bench.labels()
    answers = f"Answers with one of: {', '.join(labels)}." if labels else "Its answers are not of a fixed list."
    line = " ← ".join([*names, "base"])
    return (
        f"{answers} A LoRA adapter of `{base}`, made {version.created_at:%Y-%m-%d %H:%M} UTC. Line: {line}. "
        f"Manifest SHA-256 `{version.sha256}`."
    )


def _data(bench: Workbench, rows: Sequence[FeedbackRow]) -> str:
    people = Counter(row.feedback.author for row in rows)
    kinds = Counter(row.feedback.kind for row in rows)
    reasons = sum(bool(row.feedback.evidence) for row in rows)
    said = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in kinds.most_common())
    shares = ", ".join(str(count) for _, count in people.most_common())
    gone = sum(not row.active for row in rows)
    of = Counter(show_value(row.feedback.value) for row in rows if isinstance(row.feedback, Label))
    return _listed([
        f"{len(bench.examples.rows)} examples: {len(bench.known)} came with a label, {len(bench.heldout)} are held out "
        "and only judge",
        f"{len(rows)} pieces of feedback in its line" + (f": {said}; {reasons} with a reason" if rows else ""),
        f"{len(people)} {'person' if len(people) == 1 else 'people'}" + (f", who gave {shares}" if people else ""),
        *([f"labels said or denied: {', '.join(f'{v} {n}' for v, n in of.most_common())}"] if of else []),
        *([f"{gone} of these were taken back since: another version should answer"] if gone else []),
    ])  # fmt: skip


def _measured(report: Report | None) -> str:
    if report is None or report.after is None:
        return "Not measured: nothing is held out."
    if report.measures:
        rows = [f"| {one.name} | {one.before:.3f} | {one.after:.3f} |" for one in report.measures]
        head = [f"| of outputs it makes ({report.metric}) | before | now |", "|---|---|---|"]
        return "\n".join([*head, *rows])
    fixed = [one.fixed for one in report.asked]
    rows = [_row(f"held-out {report.metric}", report.after, report.heldout)]
    if report.before is not None:
        rows.append(_row(f"the same of its parent, {report.metric}", report.before, report.heldout))
    if fixed:
        rows.append(_row("critiques that are fixed, asked again", sum(fixed) / len(fixed), len(fixed)))
    worse = f"p = {report.p_worse:.3f} that it is worse than its parent (one-sided sign test)."
    lines = ["| | share | 95 % | of |", "|---|---|---|---|", *rows]
    return "\n".join([*lines, "", worse if report.p_worse is not None else ""])


def _row(name: str, share: float, of: int) -> str:
    """
    >>> _row("held-out accuracy", 0.75, 120)
    '| held-out accuracy | 75.0 % | 66.6 to 81.9 % | 120 |'
    """
    low, high = wilson(share * of, of)
    return f"| {name} | {100 * share:.1f} % | {100 * low:.1f} to {100 * high:.1f} % | {of} |"


def _limits(bench: Workbench, report: Report | None, rows: Sequence[FeedbackRow]) -> list[str]:
    """What follows from the counts; nothing that was not looked at."""
    found = []
    held = Counter(show_value(example.label) for example in bench.heldout)
    if len(bench.heldout) < FEW_HELDOUT:
        found.append(f"Only {len(bench.heldout)} examples are held out: differences of a few points may be chance.")
    rare = [label for label in bench.labels() if held[label] < FEW_OF_LABEL]
    if rare and bench.heldout:
        found.append(f"Hardly judged on {', '.join(rare)}: fewer than {FEW_OF_LABEL} held-out examples of each.")
    if len({row.feedback.author for row in rows}) == 1:
        found.append("One person's judgement alone: how far others would agree is not known.")
    if report is not None:
        failed = [one for one in report.asked if not one.fixed]
        if failed:
            found.append(f"{len(failed)} of {len(report.asked)} critiques are NOT fixed.")
        if report.learned and report.learned.worse:
            found.append(f"{report.learned.worse} held-out examples are answered worse than by its parent.")
        if not report.live:
            found.append(f"The gate held it back: {report.why}.")
    rules = sum(isinstance(row.feedback, Constraint) for row in rows)
    if rules:
        found.append(f"It was taught with {rules} rules, which the product applies, too; used alone it may break them.")
    found.append("Judged on data like its own; on other data, and on other languages, it was not measured.")
    return found


def _training(version: AdapterRow, report: Report | None) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in version.settings.items())
    losses = ", ".join(f"{name} {loss:.3f}" for name, loss in report.signals.items()) if report else ""
    lines = [f"Settings: {settings}." if settings else "Settings were not kept."]
    if report is not None:
        lines.append(f"Losses at its end, in nats: {losses}." if losses else "Losses were not kept.")
        lines.append(f"{report.seconds:.1f} s on {report.device}.")
    return " ".join(lines)


def _listed(lines: Sequence[Any]) -> str:
    return "\n".join(f"- {line}" for line in lines)

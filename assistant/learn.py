"""One training, from the feedback in the store to a version on the shelf: what a job does.

    parent -> material -> exam of the parent -> fit -> exam of the candidate -> gate -> shelf -> live

It may be killed anywhere and run again: the material is frozen in the job's folder, the fit goes on from its
checkpoint, and the adapter bears the job's id, so nothing is done twice. Its cost is bounded, whatever the history.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.jobs import OURS
from assistant.store.rows import AdapterRow, JobRow
from assistant.types import Constraint, Example, Feedback, Label, Preference, Report, feedback_from_json, now
from assistant.workbench import Workbench

if TYPE_CHECKING:
    from adapters.fit import Fit, Fitter
    from adapters.gate import Exam
    from adapters.models import Model
    from adapters.signals import Material

__all__ = ["learn", "tell"]

Progress = Callable[[float, str, "dict[str, float] | None"], None]
"""Is told the share done, in [0, 1], what is going on, and the figures of the newest step."""
KNOWN_FIRST, KNOWN_LATER = 2000, 64
POOL_FOR_RULES = 2000
REHEARSED = 32
EARLIER = 40
HELDOUT = 400
"""How many of each a training looks at, at most."""
FROZEN = ("new", "replay", "rules", "said")
CHARACTERS = 1_000_000
"""Of all held-out examples together, and of all known ones: some hundred film reviews, or all of the above if short."""


@dataclass(frozen=True)
class _Lesson:
    """What one job learns from, frozen so that a resumed job learns the same."""

    parent: AdapterRow | None
    new: list[Feedback]
    replay: list[Feedback]
    rules: list[Constraint]
    said: list[Feedback]
    """All in force, where the task has a goal."""
    seen: list[str]
    """All that the version counts as having learned from, also what teaches nothing: a rule for one item, say."""
    trainer: str = OURS
    """Who trains: our own loop, or TRL's."""


def learn(bench: Workbench, job: JobRow, progress: Progress = lambda share, text, figures: None) -> Report:
    """Train and judge a candidate; it is live when the gate lets it through.

    Raises:
        UserError: nothing to learn from, or the disk is full. Whatever `progress` raises stops the training.
    """
    from adapters.fit_trl import fitter

    started = time.perf_counter()
    done = _already(bench, job)
    if done is not None:
        shutil.rmtree(_folder(bench, job), ignore_errors=True)
        return done
    lesson = _lesson(bench, job)
    train = _train if bench.task.goal is None else _toward
    with bench.model(lesson.parent or "base") as model:
        try:
            fit = fitter(lesson.trainer, model)
            report, fitted = train(bench, model, lesson, fit, _folder(bench, job), progress)
            report = report.model_copy(update={"seconds": time.perf_counter() - started})
            _keep(bench, model, job, lesson, report, fitted)
        finally:
            bench.dirty()
    shutil.rmtree(_folder(bench, job), ignore_errors=True)
    return report


def _already(bench: Workbench, job: JobRow) -> Report | None:
    """The report of a job that was killed after its adapter was kept."""
    for row in bench.store.adapters(bench.task.name):
        if row.id == job.id and row.report is not None:
            return Report.model_validate(row.report)
    return None


def _toward(
    bench: Workbench, model: Model, lesson: _Lesson, fit: Fitter, folder: Path, progress: Progress
) -> tuple[Report, Fit]:
    """The training of a task with a goal."""
    from assistant.toward import train

    make = bench.task.goal
    assert make is not None
    learned = {feedback.id for feedback in lesson.new}
    return train(
        bench.task,
        make(lesson.said),
        model,
        new=lesson.new,
        replay=lesson.replay,
        words={c.id: c.text for c in bench.store.critiques([f.critique for f in lesson.new])},
        earlier=[output.value for output in bench.store.newest_outputs(bench.task.name, EARLIER)],
        before=make([feedback for feedback in lesson.said if feedback.id not in learned]),
        seed=bench.settings.seed,
        fit=fit,
        folder=folder,
        progress=progress,
    )


def _train(
    bench: Workbench, model: Model, lesson: _Lesson, fit: Fitter, folder: Path, progress: Progress
) -> tuple[Report, Fit]:
    from adapters.device import device
    from adapters.gate import compare, sit

    task, material = bench.task, _material(bench, lesson, bench.settings.seed)
    exam = _exam(bench, lesson)
    progress(0.02, "asking the present version", None)
    parent = sit(model, exam, task.judge)
    fitted = fit(
        model,
        material,
        seed=bench.settings.seed,
        folder=folder,
        progress=lambda share: progress(0.05 + 0.85 * share, "learning", None),
    )
    progress(0.92, "asking the new version", None)
    model.calibrate([e.input for e in exam.heldout], [e.label for e in exam.heldout])
    report = compare(exam, parent, sit(model, exam, task.judge), task.metric)
    return report.model_copy(update={"device": str(device()), "signals": fitted.losses}), fitted


def _keep(bench: Workbench, model: Model, job: JobRow, lesson: _Lesson, report: Report, fitted: Fit) -> None:
    """On the shelf first, then in the store, then live: a version that the store knows is complete."""
    from adapters.shelf import Manifest

    task, store = bench.task.name, bench.store
    number = store.next_number(task)
    manifest = Manifest(
        id=job.id,
        task=task,
        number=number,
        parent=lesson.parent.id if lesson.parent else None,
        base=model.base_id,
        feedback=tuple(lesson.seen),
        settings={"steps": fitted.steps, **{f"items.{k}": n for k, n in fitted.items.items()}},
        seed=bench.settings.seed,
        report=report,
        files={},
        created_at=now().isoformat(),
    )
    folder, sha256 = bench.shelf.put(manifest, model.state())
    row = AdapterRow(
        id=job.id,
        task=task,
        number=number,
        parent=manifest.parent,
        folder=folder.relative_to(bench.shelf.folder).as_posix(),
        sha256=sha256,
        report=report.model_dump(mode="json"),
        settings=manifest.settings,
    )
    # at once, so that no kill can leave a version that the gate let through and that never goes live
    store.add_adapter(row, manifest.feedback, live=(job.author, report.why) if report.live else None)


# --- what is learned from ------------------------------------------------------------------------------------


def _folder(bench: Workbench, job: JobRow) -> Path:
    folder = bench.settings.folder / "jobs" / job.id
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _lesson(bench: Workbench, job: JobRow) -> _Lesson:
    """The frozen lesson of a resumed job, or a new one."""
    path = _folder(bench, job) / "lesson.json"
    if path.exists():
        plain = json.loads(path.read_text(encoding="utf-8"))
        parts = {key: [feedback_from_json(f) for f in plain[key]] for key in FROZEN}
        parent = plain["parent"] and AdapterRow.model_validate(plain["parent"])
        return _Lesson(parent or None, **parts, seen=plain["seen"], trainer=plain.get("trainer", OURS))  # type: ignore[arg-type]
    lesson = replace(_gather(bench), trainer=job.params.get("trainer", OURS))
    plain = {
        "parent": lesson.parent and lesson.parent.model_dump(mode="json"),
        **{key: [f.model_dump(mode="json") for f in getattr(lesson, key)] for key in FROZEN},
        "seen": lesson.seen,
        "trainer": lesson.trainer,
    }
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(plain), encoding="utf-8")
    aside.replace(path)
    return lesson


def _gather(bench: Workbench) -> _Lesson:
    """The parent is the live version, or the youngest before it that learned nothing taken back since and is of this
    base."""
    store, task = bench.store, bench.task.name
    live = store.live(task)
    parent = bench.parent(store.clean_ancestor(task, live.id) if live else None)
    rows = store.new_feedback(task, parent.id if parent else None)
    aims = bench.task.goal is not None
    new: list[Feedback] = [row.feedback for row in rows if aims or not isinstance(row.feedback, Constraint)]
    replay = store.sample_feedback(task, bench.settings.replay, bench.settings.seed + len(rows), [f.id for f in new])
    rules = [rule for rule in bench.rules() if rule.scope == "task"]
    seen = list(dict.fromkeys(row.feedback.id for row in rows) | dict.fromkeys(rule.id for rule in rules))
    said = bench.said() if aims else []
    return _Lesson(parent, new, [row.feedback for row in replay], rules, said, seen)


def _material(bench: Workbench, lesson: _Lesson, seed: int) -> Material:
    from adapters.signals import Material
    from assistant.attention.traces import weak

    labels = bench.labels()
    known = _short(bench.sample(KNOWN_LATER if lesson.parent else KNOWN_FIRST, seed, bench.known))
    pool = bench.sample(POOL_FOR_RULES, seed) if lesson.rules else bench.sample(REHEARSED, seed)
    return Material(
        new=_usable(labels, lesson.new),
        replay=_usable(labels, lesson.replay),
        pool=[example.input for example in pool],
        rules=lesson.rules,
        implies=bench.task.implies,
        known=[example for example in known if _sayable(labels, example.label)],
        # without a parent there is no answer worth keeping
        rehearsed=[example.input for example in pool[:REHEARSED]] if lesson.parent else [],
        implicit=weak(bench, max((f.created_at for f in lesson.new), default=None)),
    )


def _usable(labels: Sequence[str], feedback: list[Feedback]) -> list[Feedback]:
    """Leaves out what names a label that the task no longer has."""
    return [f for f in feedback if not isinstance(f, Label) or _sayable(labels, f.value)]


def _sayable(labels: Sequence[str], value: object) -> bool:
    return not labels or value in labels


def _short(examples: Sequence[Example]) -> list[Example]:
    """As many of the first examples as fit into `CHARACTERS`, at least one."""
    total = 0
    for count, example in enumerate(examples):
        total += len(str(example.input))
        if total > CHARACTERS and count:
            return list(examples[:count])
    return list(examples)


def _exam(bench: Workbench, lesson: _Lesson) -> Exam:
    from adapters.gate import Exam

    labels = bench.labels()
    asked = [f for f in _usable(labels, lesson.new) if isinstance(f, Label | Preference)]
    words = {c.id: c.text for c in bench.store.critiques([f.critique for f in asked])}
    heldout = [e for e in _short(bench.sample(HELDOUT, 0, bench.heldout)) if _sayable(labels, e.label)]
    return Exam(heldout, [(words.get(f.critique, ""), f) for f in asked], _earlier(bench))


def _earlier(bench: Workbench) -> list[Example]:
    """Examples whose answers people saw, topped up with unseen ones."""
    seen = sorted(bench.store.criticised(bench.task.name, limit=EARLIER))
    found = [bench.examples[id] for id in seen if id in bench.examples]
    more = [e for e in bench.sample(2 * EARLIER, 1) if e.id not in seen]
    return [*found, *more][:EARLIER]


# --- what is said about it -----------------------------------------------------------------------------------


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

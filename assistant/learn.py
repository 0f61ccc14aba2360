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

from assistant.asking.rehearse import rehearse
from assistant.jobs import OURS
from assistant.learned.told import tell
from assistant.quality._weigh import choose
from assistant.review.standing import settled
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
LOOKED = 150
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
    trainer: str = OURS  # our own loop, or "trl"
    notes: tuple[str, ...] = ()
    """What is not learned of what people said, and why."""


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
            seconds, notes = time.perf_counter() - started, (*report.notes, *lesson.notes)
            report = _held_back(bench, lesson, report.model_copy(update={"seconds": seconds, "notes": notes}))
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
    from adapters import evidence
    from adapters.device import device
    from adapters.gate import compare, sit

    task, material = bench.task, _material(bench, lesson, bench.settings.seed)
    exam = _exam(bench, lesson)
    progress(0.02, "asking the present version", None)
    parent = sit(model, exam, task.judge)
    view = evidence.see(model, _looked(bench, exam), lesson.new, material.known)
    before = evidence.look(model, view)
    fitted = fit(
        model,
        material,
        seed=bench.settings.seed,
        folder=folder,
        progress=lambda share: progress(0.05 + 0.85 * share, "learning", None),
    )
    progress(0.92, "asking the new version", None)
    model.calibrate([e.input for e in exam.heldout], [e.label for e in exam.heldout])
    sheet = sit(model, exam, task.judge)
    report = compare(exam, parent, sheet, task.metric)
    worse = evidence.worse(model, exam, parent, sheet, material.known, fitted.items)
    learned = evidence.learned(model, view, before, evidence.look(model, view)).model_copy(update=worse)
    more = {"device": str(device()), "signals": fitted.losses, "learned": learned}
    return report.model_copy(update=more), fitted


def _held_back(bench: Workbench, lesson: _Lesson, report: Report) -> Report:
    """The report; not live where something that the candidate learned was taken back while it was trained."""
    store, task, parent = bench.store, bench.task.name, lesson.parent
    gone = len(lesson.seen) - len(store.feedback(task, ids=lesson.seen))
    inherited = parent is not None and getattr(store.clean_ancestor(task, parent.id), "id", None) != parent.id
    if not gone and not inherited:
        return report
    return report.model_copy(update={"live": False, "why": "what it learned from was taken back meanwhile"})


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
        more = {"seen": plain["seen"], "trainer": plain["trainer"], "notes": tuple(plain["notes"])}
        return _Lesson(parent or None, **parts, **more)  # type: ignore[arg-type]
    lesson = replace(_gather(bench), trainer=job.params.get("trainer", OURS))
    plain = {
        "parent": lesson.parent and lesson.parent.model_dump(mode="json"),
        **{key: [f.model_dump(mode="json") for f in getattr(lesson, key)] for key in FROZEN},
        **{key: getattr(lesson, key) for key in ("seen", "trainer", "notes")},
    }
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(plain), encoding="utf-8")
    aside.replace(path)
    return lesson


def _gather(bench: Workbench) -> _Lesson:
    """The parent is the live version, or the youngest before it that learned nothing bad, and is of this base."""
    store, task = bench.store, bench.task.name
    live = store.live(task)
    parent = bench.parent(store.clean_ancestor(task, live.id) if live else None)
    rows = store.new_feedback(task, parent.id if parent else None)
    aims = bench.task.goal is not None
    new: list[Feedback] = [row.feedback for row in rows if aims or not isinstance(row.feedback, Constraint)]
    old = rehearse(bench, parent, new, bench.settings.seed + len(rows))
    rules = [rule for rule in bench.rules() if rule.scope == "task"]
    if not aims:
        new, old = settled(store, task, new), settled(store, task, old)
    taught = choose(bench, new, old)
    given = [f.id for f in (*(row.feedback for row in rows), *rules) if f.id not in taught.open]
    said = bench.said() if aims else []
    return _Lesson(parent, taught.new, taught.replay, rules, said, list(dict.fromkeys(given)), notes=taught.notes)


def _material(bench: Workbench, lesson: _Lesson, seed: int) -> Material:
    from adapters.signals import Material
    from assistant.attention.traces import weak

    labels = bench.labels()
    known = _short(bench.right(KNOWN_LATER if lesson.parent else KNOWN_FIRST, seed))
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


def _looked(bench: Workbench, exam: Exam) -> list[Example]:
    """Examples in which changes are looked for: those of the exam, which are asked anyway; few are topped up."""
    asked = {example.id: example for example in [*exam.earlier, *exam.heldout]}
    more = [e for e in _short(bench.sample(LOOKED, 2)) if e.id not in asked]
    return [*asked.values(), *more[: max(0, LOOKED - len(asked))]]


def _earlier(bench: Workbench) -> list[Example]:
    """Examples whose answers people saw, topped up with unseen ones."""
    seen = sorted(bench.store.criticised(bench.task.name, limit=EARLIER))
    found = [bench.examples[id] for id in seen if id in bench.examples]
    more = [e for e in bench.sample(2 * EARLIER, 1) if e.id not in seen]
    return [*found, *more][:EARLIER]

"""`sayso learn` trains now, `sayso learned` says what came of it, `sayso curve` what more would bring; `sayso adapters`
is about the versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.commands import AsJson, Author, Home, Which, describe, name_of, note, quiet, say, short, store, workbench

if TYPE_CHECKING:
    from assistant.learned.account import Side
    from assistant.store import Store
    from assistant.store.rows import AdapterRow
    from assistant.types import Example
    from assistant.workbench import Workbench

__all__ = ["adapters", "curve", "learn", "learned"]

adapters = typer.Typer(name="adapters", help="The versions of what was learned.", no_args_is_help=True)
BASE = "base"
Name = Annotated[str, typer.Argument(help='Such as "v2", or "base": before any feedback.')]


def learn(
    task: Which = None,
    trainer: Annotated[
        Literal["own", "trl"], typer.Option(help="Who trains: our own loop, or TRL for long runs of language models.")
    ] = "own",
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Train a new version now, in this process."""
    with quiet(task, home, author) as session:
        note(f"Training the task {session.name!r} …")
        before = {version.id for version in session.versions()}
        turn = session.learn(wait=True, trainer=trainer)
        made = next((version for version in session.versions() if version.id not in before), None)
        jobs = session.store.jobs(session.name)
        failed = made is None and bool(jobs) and jobs[0].state == "failed"
        text = jobs[0].text if failed else "\n".join(m.text for m in turn.messages[:1])
    plain = {
        "task": session.name,
        "version": made.name if made else None,
        "live": made.live if made else None,
        "report": made.report.model_dump(mode="json") if made and made.report else None,
        "text": text,
    }
    say(as_json, plain, text.replace("**", ""))
    if failed:
        raise typer.Exit(1)


def curve(task: Which = None, as_json: AsJson = False, home: Home = None) -> None:
    """Show the learning curve: what was learned from how much feedback, what more would bring, and whether to stop."""
    from assistant.asking.curve import Curve

    with store(home) as opened:
        found = Curve(workbench(opened, task, home))
        points, forecast, advice = found.points(), found.forecast(), found.advice()
    lines = [f"{p.feedback:6}  {p.version:5} held-out {p.metric} {100 * p.accuracy:.1f} %" for p in points]
    ahead = forecast.course if forecast else ()
    lines += [
        f"{at:6}  ?     {100 * middle:.1f} %, between {100 * low:.1f} % and {100 * high:.1f} %"
        for at, low, middle, high in ahead
        if at > points[-1].feedback
    ][:: max(1, len(ahead) // 8)]
    plain = {
        "points": [point.model_dump(mode="json") for point in points],
        "forecast": forecast.model_dump(mode="json") if forecast else None,
        "advice": advice.model_dump(mode="json"),
    }
    say(as_json, plain, "\n".join([*lines, advice.text]))


@adapters.command("list")
def listed(task: Which = None, as_json: AsJson = False, home: Home = None) -> None:
    """List the versions, newest first."""
    with store(home) as opened:
        name = name_of(opened, task)
        rows, live = opened.adapters(name), opened.live(name)
        names = {row.id: f"v{row.number}" for row in rows}
        plain = [
            {
                "name": names[row.id],
                "id": row.id,
                "parent": names.get(row.parent or "", BASE),
                "live": bool(live and live.id == row.id),
                "feedback": len(opened.learned(row.id)),
                "after": (row.report or {}).get("after"),
                "created_at": row.created_at.isoformat(),
            }
            for row in reversed(rows)
        ]
    lines = [_listing(one) for one in plain] or [f"The task {name!r} has learned nothing yet: the base answers."]
    say(as_json, plain, "\n".join(lines))


@adapters.command()
def show(version: Name, task: Which = None, as_json: AsJson = False, home: Home = None) -> None:
    """Show what a version learned and what it changed."""
    from assistant.learn import tell
    from assistant.settings import settings
    from assistant.types import Report

    with store(home) as opened:
        name = name_of(opened, task)
        row = opened.adapter(version, name)
        learned = opened.feedback(name, ids=opened.learned(row.id), active=False)
    told = tell(Report.model_validate(row.report), f"v{row.number}").replace("**", "") if row.report else "No report."
    folder = settings(home=home).folder / "adapters" / row.folder
    lines = [told, f"{folder}  sha256 {row.sha256}", f"It learned from {len(learned)} pieces of feedback:"]
    lines += [f"  {one.seq}. {describe(one.feedback)}{'' if one.active else ' (retracted)'}" for one in learned]
    plain = {**row.model_dump(mode="json"), "feedback": [one.feedback.id for one in learned]}
    say(as_json, plain, "\n".join(lines))


@adapters.command()
def diff(
    old: Name,
    new: Name,
    task: Which = None,
    examples: Annotated[int, typer.Option(help="How many examples to ask both about.", min=0)] = 40,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Compare two versions: what only one of them learned, and which answers differ."""
    with store(home) as opened:
        bench = workbench(opened, task, home)
        rows = [_row(opened, version, bench.task.name) for version in (old, new)]
        left, right = (set(_line_of(opened, row)) for row in rows)
        known = {row.feedback.id: row.feedback for row in opened.feedback(bench.task.name, active=False)}
        asked = bench.sample(examples, 0, bench.examples.rows) if examples else []
        before, after = (_values(bench, row, asked) for row in rows)
    pairs = zip(asked, before, after, strict=True)
    changed = [{"id": e.id, "text": e.input, old: a, new: b} for e, a, b in pairs if a != b]
    only = {old: sorted(left - right), new: sorted(right - left)}
    lines = [f"Only {name} learned: {describe(known[id])}" for name, ids in only.items() for id in ids]
    lines += [f"“{short(one['text'])}”: {one[old]} → {one[new]}" for one in changed]
    lines.append(f"{len(changed)} of {len(asked)} answers differ.")
    say(as_json, {"learned_only_by": only, "asked": len(asked), "changed": changed}, "\n".join(lines))


@adapters.command()
def compare(
    old: Name,
    new: Name,
    inputs: Annotated[list[str], typer.Argument(help="What to ask both about.")],
    task: Which = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Ask two versions about anything, and show what counted for each."""
    with quiet(task, home) as session:
        pairs = [session.account.compare(old, new, text) for text in inputs]
    plain = [
        {"input": text, "versions": [side.model_dump(mode="json") for side in pair]}
        for text, pair in zip(inputs, pairs, strict=True)
    ]
    lines = [f"“{short(text)}”\n" + "\n".join(map(_side, pair)) for text, pair in zip(inputs, pairs, strict=True)]
    say(as_json, plain, "\n".join(lines))


@adapters.command()
def card(
    version: Name,
    out: Annotated[Path | None, typer.Option(help="A file to write it to [default: print it].")] = None,
    task: Which = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Print the model card of a version: data, people, figures with intervals, limits."""
    with quiet(task, home) as session:
        text = session.account.card(version)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    say(as_json, {"version": version, "card": text}, f"{out} is written." if out is not None else text)


def learned(task: Which = None, as_json: AsJson = False, home: Home = None) -> None:
    """Say what was learned: what changed, which words count now, what is fixed, what got worse."""
    with quiet(task, home) as session:
        text = session.account.learned()
        live = next((version for version in session.versions() if version.live), None)
    plain = {
        "task": session.name,
        "version": live.name if live else None,
        "report": live.report.model_dump(mode="json") if live and live.report else None,
        "text": text,
    }
    say(as_json, plain, text.replace("**", ""))


@adapters.command()
def use(version: Name, task: Which = None, author: Author = None, as_json: AsJson = False, home: Home = None) -> None:
    """Make a version live: roll back, or keep one that the gate held back."""
    from assistant.settings import settings
    from assistant.team.roles import check

    chosen = settings(home=home, author=author)
    with store(home) as opened:
        name = name_of(opened, task)
        check(opened, name, chosen.author, "use")
        row = _row(opened, version, name)
        if row is not None:
            from adapters.shelf import Shelf

            Shelf(chosen.folder / "adapters").get(name, row.id)  # a damaged one is not made live
        opened.go_live(name, row.id if row else None, chosen.author, "chosen by hand")
    live = f"v{row.number}" if row else BASE
    say(as_json, {"task": name, "live": live}, f"{live} is live.")


def _side(side: Side) -> str:
    """What one version says: "v2    complaint   91 %  for it: refund"."""
    ranked = sorted(side.highlights, key=lambda part: -part.weight)
    words = ", ".join(part.text for part in ranked[:4] if part.weight > 0)
    sure = f"{100 * side.score:3.0f} %" if side.score is not None else "     "
    return f"  {side.name:5} {side.value}  {sure}" + (f"  for it: {words}" if words else "")


def _listing(one: dict[str, Any]) -> str:
    after = f"held-out {100 * one['after']:.1f} %" if one["after"] is not None else "nothing held out"
    mark = "*" if one["live"] else " "
    return f"{mark} {one['name']}  from {one['parent']}, {one['feedback']} pieces of feedback, {after}"


def _row(opened: Store, version: str, task: str) -> AdapterRow | None:
    """None: the base."""
    return None if version == BASE else opened.adapter(version, task)


def _line_of(opened: Store, row: AdapterRow | None) -> list[str]:
    """The ids of all feedback that a version or its ancestors learned."""
    ids: list[str] = []
    while row is not None:
        ids += opened.learned(row.id)
        row = opened.adapter(row.parent, row.task) if row.parent else None
    return ids


def _values(bench: Workbench, row: AdapterRow | None, asked: list[Example]) -> list[Any]:
    """What a version says of each example by itself, without rules."""
    if not asked:
        return []
    with bench.model(row) as model:
        try:
            if row is None:
                model.load(None)
            return [prediction.value for prediction in model.predict([example.input for example in asked])]
        finally:
            if row is None:
                bench.dirty()

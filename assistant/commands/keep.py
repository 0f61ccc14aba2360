"""What people said and what was made of it: `sayso feedback`, `sayso export`, `sayso verify`, `sayso doctor`."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands import AsJson, Author, Home, Which, describe, name_of, note, quiet, say, store

if TYPE_CHECKING:
    from assistant.store import Store
    from assistant.store.rows import FeedbackRow

__all__ = ["doctor", "export", "feedback", "verify"]

feedback = typer.Typer(name="feedback", help="What people said, and what was understood.", no_args_is_help=True)

FORMATS = """All feedback: jsonl, csv, parquet. For trainers: trl-preference, trl-reward, trl-kto, trl-sft,
trl-stepwise, openai-preference, openai-sft, sharegpt, alpaca, spacy. For annotation tools: label-studio, argilla,
prodigy."""


@feedback.command("list")
def listed(
    task: Which = None,
    author: Annotated[str | None, typer.Option(help="Only of this person.")] = None,
    retracted: Annotated[bool, typer.Option("--all", help="Also what was taken back.")] = False,
    limit: Annotated[int | None, typer.Option(help="Only the newest so many.", min=1)] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List the feedback of a task, oldest first."""
    with store(home) as opened:
        name = name_of(opened, task)
        rows = opened.feedback(name, author=author, active=not retracted)[-(limit or 0) :]
        words = {critique.id: critique.text for critique in opened.critiques(r.feedback.critique for r in rows)}
    plain = [
        {
            "number": row.seq,
            "words": words.get(row.feedback.critique),
            "active": row.active,
            "on": row.on,
            **row.feedback.model_dump(mode="json"),
        }
        for row in rows
    ]
    lines = [_line(row, words.get(row.feedback.critique, "")) for row in rows]
    say(as_json, plain, "\n".join(lines or [f"The task {name!r} has no feedback yet."]))


@feedback.command()
def retract(
    which: Annotated[list[str], typer.Argument(help="Numbers or ids, as `sayso feedback list` shows them.")],
    task: Which = None,
    author: Author = None,
    why: Annotated[str, typer.Option(help="For the record.")] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Take feedback back; a live version that learned from it is left for its youngest ancestor that did not."""
    with store(home) as opened:
        name = name_of(opened, task)
        ids = [_one(opened, name, each) for each in which]
    with quiet(task, home, author) as session:
        before = _live(session.store, name)
        session.retract(ids, why)
        answers = _live(session.store, name)
    left = answers != before
    text = f"Taken back: {len(ids)}." + (f" {answers} answers again, until the next training." if left else "")
    say(as_json, {"task": name, "retracted": ids, "live": answers, "left": left}, text)


@feedback.command()
def forget(
    author: Annotated[str | None, typer.Option(help="What this person said.")] = None,
    about: Annotated[str | None, typer.Option(help="What is about this: words, in any form.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    task: Which = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Take back what somebody said, or what is about something, train without it, and prove that it is gone.

    Exit status 1: it is not proved to be gone.
    """
    with quiet(task, home) as session:
        plan = session.forget.plan(by=author, about=about)
        note(plan.told().replace("**", ""))
        if not yes:
            typer.confirm("Forget it?", abort=True, err=True)
        turn = session.forget.carry_out(plan)
        proof = session.forget.proof()
    told = "\n".join(message.text for message in turn.messages).replace("**", "")
    say(as_json, {"plan": plan.model_dump(mode="json"), "proof": proof and proof.model_dump(mode="json")}, told)
    if proof is None or proof.left or proof.same is False:
        raise typer.Exit(1)


def export(
    format: Annotated[str, typer.Option(help=FORMATS)],
    out: Annotated[Path, typer.Option(help="A new folder.")],
    task: Which = None,
    author: Annotated[str | None, typer.Option(help="Only of this person.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only what was said then (UTC) or later.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only what was said before then (UTC).")] = None,
    confirmed_only: Annotated[bool, typer.Option("--confirmed-only", help="Only confirmed readings.")] = False,
    agreement: Annotated[
        float | None, typer.Option(help="Only what this share of the people agree on, of two at least: 0.8.")
    ] = None,
    retracted: Annotated[bool, typer.Option("--retracted", help="Also what was taken back.")] = False,
    split: Annotated[
        list[str] | None, typer.Option(help="Hold out a share of the inputs: test=0.1. May be given several times.")
    ] = None,
    scrub: Annotated[bool, typer.Option("--scrub", help="Replace personal data in texts.")] = False,
    secret: Annotated[
        str, typer.Option(envvar="SAYSO_EXPORT_SECRET", help="Keys the pseudonyms; best in the environment.")
    ] = "",
    conversational: Annotated[bool, typer.Option("--conversational", help="TRL formats: lists of messages.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Write the feedback for training tools.

    Each row has its provenance; a dataset card and a manifest come with them.
    """
    from assistant.exports._card import export as write

    shares = dict(_share(one) for one in split or ())
    filters: dict[str, Any] = {
        "include_retracted": retracted,
        "author": author,
        "since": since and since.replace(tzinfo=UTC),
        "until": until and until.replace(tzinfo=UTC),
        "confirmed_only": confirmed_only,
    }
    with store(home) as opened:
        name = name_of(opened, task)
        manifest = write(
            format, partial(opened.export_rows, name, **filters), out, task=name, secret=secret, force=force,
            filters=filters, conversational=conversational, splits=shares, agreement=agreement, scrub=scrub,
        )  # fmt: skip
    for skipped in manifest.skipped:
        note(f"Left out: {skipped.count} {skipped.kind} because {skipped.why}.")
    if manifest.scrubbed is not None:
        replaced = ", ".join(f"{count} {kind}" for kind, count in manifest.scrubbed.items()) or "nothing found"
        note(f"Personal data replaced: {replaced}. Names that nothing introduces stay: read the texts.")
    files = ", ".join(file.path for file in manifest.data)
    say(as_json, manifest.model_dump(mode="json"), f"{out}: {manifest.rows} rows in {files}; {manifest.id[:16]}.")


def verify(
    exported: Annotated[Path | None, typer.Argument(help="The folder of an export, instead of the database.")] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Check every hash and reference.

    Exit status 1: something is wrong.
    """
    problems, about, well = _of_export(exported) if exported is not None else _of_database(home)
    text = "\n".join(problems) or f"All is well: {well}."
    say(as_json, {"ok": not problems, **about, "problems": problems}, text)
    if problems:
        raise typer.Exit(1)


def _of_export(folder: Path) -> tuple[list[str], dict[str, Any], str]:
    from assistant.exports._manifest import check

    manifest, problems = check(folder)
    return problems, {"id": manifest.id}, f"the {len(manifest.files)} files of the export {manifest.id[:16]}"


def _of_database(home: Path | None) -> tuple[list[str], dict[str, Any], str]:
    from assistant.settings import settings

    folder = settings(home=home).folder / "adapters"
    with store(home) as opened:
        problems = opened.verify(folder)
        rows = [row for spec in opened.tasks() for row in opened.adapters(spec.name)]
    if rows:
        from adapters.shelf import Shelf

        checked = (Shelf(folder).check(row.task, row.id) for row in rows)
        problems += [problem for problem in checked if problem]
    problems += _of_indexes(folder.parent / "vectors")
    return problems, {"adapters": len(rows)}, f"the database, and {len(rows)} adapters"


def _of_indexes(folder: Path) -> list[str]:
    from assistant.errors import UserError
    from assistant.pool.vectors import verify

    problems = []
    for index in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            verify(index)
        except UserError as wrong:
            problems.append(str(wrong))
    return problems


def doctor(
    port: Annotated[int, typer.Option(help="The port that the page would use.")] = 7860,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Check what Sayso needs, and say how to mend it.

    Exit status 1: there are problems.
    """
    from assistant.doctor import examine
    from assistant.settings import settings

    checks = examine(settings(home=home), port)
    lines = [f"{'ok     ' if one.ok else 'PROBLEM'}  {one}" for one in checks]
    say(as_json, [one.plain() for one in checks], "\n".join(lines))
    if not all(one.ok for one in checks):
        raise typer.Exit(1)


def _line(row: FeedbackRow, words: str) -> str:
    state = "" if row.active and row.on else " (off)" if row.active else " (retracted)"
    said = f" — “{words}”" if words else ""
    return f"{row.seq}. {describe(row.feedback)}{said}, {row.feedback.author}{state}"


def _live(opened: Store, task: str) -> str:
    """What people call the version that is live; no model is loaded to know."""
    live = opened.live(task)
    return f"v{live.number}" if live else "base"


def _one(opened: Store, task: str, which: str) -> str:
    """The id of a piece of feedback that was named by its number or its id."""
    from assistant.errors import UserError

    if which.isdecimal() and len(which) < 12:
        found = opened.feedback(task, after=int(which) - 1, limit=1, active=False)
        if found and found[0].seq == int(which):
            return found[0].feedback.id
    elif opened.feedback(task, ids=[which], active=False):
        return which
    raise UserError(f"The task {task!r} has no feedback {which!r}", do="look with: sayso feedback list --all")


def _share(option: str) -> tuple[str, float]:
    """The name and share of a split, from test=0.1."""
    from assistant.errors import UserError

    name, _, share = option.partition("=")
    try:
        return name, float(share)
    except ValueError:
        raise UserError(f"The split {option!r} has no share", do="write for example --split test=0.1") from None

"""`sayso import`: feedback that people gave elsewhere, in Label Studio, Argilla, Open WebUI, Prodigy, or in a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import AsJson, Home, Which, meant, note, say, store

if TYPE_CHECKING:
    from assistant.imports._take import Imported

__all__ = ["take"]


def take(
    file: Annotated[Path, typer.Argument(help="A file, or a folder of them: an export, say.")],
    task: Which = None,
    data: Annotated[str | None, typer.Option(help="The task's data, where the task is not in use yet.")] = None,
    labels: Annotated[str | None, typer.Option(help='The labels, where it is not: "bug, wish, praise".')] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", help="label-studio, argilla, open-webui, prodigy or csv (also JSON) [default: guessed]."
        ),
    ] = None,
    text: Annotated[str | None, typer.Option(help="The field with the input [default: found by its name].")] = None,
    author: Annotated[
        str | None,
        typer.Option("--as", help="Who said it, where the file doesn't tell [default: the setting `author`]."),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Take in feedback that was given elsewhere; the same file again changes nothing."""
    from assistant.imports._take import take_in
    from assistant.settings import settings
    from assistant.specs import open_task, resolve
    from assistant.workbench import Workbench

    named = tuple(label.strip() for label in labels.split(",") if label.strip()) if labels else None
    with store(home) as opened:
        spec = resolve(meant(opened, task), data=data, labels=named)
        made = open_task(spec, opened.tasks())
        done = take_in(Workbench(made, opened, settings(home=home)), file, format=source, field=text, author=author)
        opened.save_task(spec.model_copy(update={"name": made.name}))
    _tell(done)
    say(as_json, done.model_dump(mode="json"), _sentence(done))


def _tell(done: Imported) -> None:
    """What a person should know besides, on stderr."""
    for path, format in done.files.items():
        note(f"{path} was read as {format}{' (guessed; name another with --from)' if done.guessed else ''}.")
    for said in done.notes:
        note(f"{said[:1].upper()}{said[1:].rstrip('.')}.")
    for one in done.left_out:
        note(f"Left out: {one.count} because {one.why} ({'the first: ' if one.count > 1 else ''}line {one.line}).")
    if done.fields:
        note(f"Kept beside the feedback, and not used: {', '.join(done.fields)}.")


def _sentence(done: Imported) -> str:
    parts = [_count(done.labels, "label"), _count(done.preferences, "preference"), _count(done.rules, "rule")]
    new = ", ".join(part for part in parts if part)
    known = f" {done.already} {'was' if done.already == 1 else 'were'} there already." if done.already else ""
    if not new:
        return f"Nothing new for {done.task!r}.{known}"
    authors = ", ".join(done.authors[:5]) + (f" and {len(done.authors) - 5} more" if len(done.authors) > 5 else "")
    return f"{done.task!r} has new feedback: {new}, of {authors}.{known} Learn from it: sayso learn --task {done.task}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}" if number else ""

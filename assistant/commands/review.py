"""Labels that are probably wrong: `sayso review`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import AsJson, Author, Home, Which, note, quiet, say, short

if TYPE_CHECKING:
    from assistant.review.desk import Doubt
    from assistant.session import Session, Turn

__all__ = ["review"]

review = typer.Typer(name="review", help="Labels that are probably wrong: keep, correct or drop them.",
                     no_args_is_help=True)  # fmt: skip
Id = Annotated[str, typer.Argument(help="The example, as `sayso review list` shows it.")]


@review.command("list")
def listed(
    limit: Annotated[int, typer.Option(help="At most so many, the most probably wrong first.", min=1)] = 20,
    again: Annotated[bool, typer.Option("--again", help="Search again, though nothing has changed.")] = False,
    task: Which = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List labels that are probably wrong, with the reason; searches first where something has changed."""
    with quiet(task, home) as session:
        queue = session.review.queue()
        if queue.stale or again:
            note("Looking through the labels …")
            queue = session.review.look()
    lines = [_line(doubt) for doubt in queue.doubts[:limit]]
    plain = {
        "task": session.name, "left": len(queue.doubts), "looked": queue.looked, "of": queue.of,
        "doubts": [doubt.model_dump(mode="json") for doubt in queue.doubts[:limit]],
    }  # fmt: skip
    nothing = f"None of {queue.looked} labels looks wrong."
    say(as_json, plain, "\n".join(lines) if lines else nothing)


@review.command()
def keep(id: Id, task: Which = None, author: Author = None, as_json: AsJson = False, home: Home = None) -> None:
    """The label is right: it does not come again."""
    _decide(lambda session: session.review.keep(id), id, task, author, as_json, home)


@review.command()
def correct(
    id: Id,
    value: Annotated[str, typer.Argument(help="What is right.")],
    task: Which = None,
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """The label is wrong, and this one is right."""
    _decide(lambda session: session.review.correct(id, value), id, task, author, as_json, home)


@review.command()
def drop(id: Id, task: Which = None, author: Author = None, as_json: AsJson = False, home: Home = None) -> None:
    """No label is right: nothing is learned from the example."""
    _decide(lambda session: session.review.drop(id), id, task, author, as_json, home)


def _decide(
    decide: Callable[[Session], Turn], id: str, task: str | None, author: str | None, as_json: bool, home: Path | None
) -> None:
    with quiet(task, home, author) as session:
        turn = decide(session)
        left = len(session.review.queue().doubts)
    card = next(message.card for message in turn.messages if message.card)
    plain = {"task": session.name, "id": id, "reading": card.reading, "said": turn.messages[0].text, "left": left}
    say(as_json, plain, f"{turn.messages[0].text[1:-1]}. {left} left.")


def _line(doubt: Doubt) -> str:
    by = f" ({doubt.by})" if doubt.by else ""
    return f"{doubt.id}: {doubt.given}{by}, probably {doubt.instead}: “{short(doubt.input)}”. {_sentence(doubt.reason)}"


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."

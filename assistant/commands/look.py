"""`sayso find`: search over all examples, and label what was found in one go; `sayso cost`: what the feedback costs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import AsJson, Author, Home, Which, note, quiet, say, short

if TYPE_CHECKING:
    from assistant.pool.find import Hit
    from assistant.session import Session

__all__ = ["cost", "find"]

TOLD_SECONDS = 5.0


def find(
    text: Annotated[str, typer.Argument(help="What it is about, as in “late parcels”; or the words that it has.")],
    words: Annotated[
        bool, typer.Option("--words", help="All the words must be there; else it goes by meaning.")
    ] = False,
    limit: Annotated[int, typer.Option(help="How many, at most.", min=1, max=500)] = 20,
    unsaid: Annotated[bool, typer.Option("--unsaid", help="Only what has no label, and nobody judged yet.")] = False,
    label: Annotated[str | None, typer.Option(help="Say of all that is found that it is this: one turn.")] = None,
    read: Annotated[bool, typer.Option("--read", help="First read all texts that were not read yet, here.")] = False,
    task: Which = None,
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Search over all examples of a task, by meaning or by words."""
    with quiet(task, home, author) as session:
        if read:
            _read(session)
        hits = session.find.search(text, "words" if words else "meaning", limit, unsaid)
        reach = session.find.reach()
        if not words and reach.read < reach.total:
            note(f"Searched {reach.read:,} of {reach.total:,} texts: the others were not read yet (--read).")
        learnable = [hit.id for hit in hits if not hit.heldout]
        if label is not None and learnable:
            session.find.label(learnable, label, why=text)
            left = len(hits) - len(learnable)
            note(f"{len(learnable)} labelled as {label!r}{f'; {left} are held out' if left else ''}.")
    said = [hit.model_dump(mode="json") for hit in hits]
    say(as_json, said, "\n".join(map(_line, hits)) or f"Nothing was found for {text!r}.")


def cost(task: Which = None, as_json: AsJson = False, home: Home = None) -> None:
    """What the feedback of a task costs: people's minutes, seconds of training, tokens and money."""
    with quiet(task, home) as session:
        sheet = session.cost.sheet()
    known = [
        f"{sheet.feedback} pieces of feedback took {sheet.all_minutes:.1f} minutes of people's time.",
        *(f"  {who}: {minutes:.1f}" for who, minutes in sorted(sheet.minutes.items())),
        f"Trainings took {sheet.compute_seconds:.1f} s.",
        *([] if sheet.gain is None else [f"Gained: {100 * sheet.gain:+.1f} points on what is held out."]),
        *([] if sheet.gain_per_minute is None else [f"That is {sheet.gain_per_minute:.2f} points a minute."]),
        *(
            []
            if sheet.money is None
            else [f"Money: {sheet.money:.4f}, {sheet.money_per_100 or 0:.4f} per 100 critiques."]
        ),
        f"Waiting: {sheet.waiting} readings; {sheet.unlearned} pieces not learned yet; {sheet.jobs} jobs.",
    ]
    say(as_json, sheet.model_dump(mode="json"), "\n".join(known))


def _read(session: Session) -> None:
    """Read what was not read yet, and say how far it is."""
    told = time.monotonic()

    def progress(share: float) -> bool:
        nonlocal told
        if time.monotonic() - told > TOLD_SECONDS:
            told = time.monotonic()
            note(f"{100 * share:.1f} % of {session.bench.index.total:,} texts were read.")
        return True

    session.bench.index.read(progress=progress)


def _line(hit: Hit) -> str:
    score = f"{hit.score:.2f}  " if hit.score is not None else ""
    known = hit.said if hit.said is not None else hit.label
    return f"{score}{hit.id}  {short(hit.text, 90)}{'' if known is None else f'  [{known}]'}"

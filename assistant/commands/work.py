"""`sayso work` and `sayso attention`: your own inputs are answered, and you are asked only when it is worth it.

    $ sayso work inbox.txt
    order   48 %  where is my parcel
    Is this order or complaint? I'm torn between …
    [order / complaint / praise, words, Enter: not now, never]: complaint

Where nobody sits at a terminal, or with --json, questions are printed and stay open.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands import AsJson, Author, Home, Which, note, say, short

if TYPE_CHECKING:
    from assistant.attention import Attention, Moment
    from assistant.session import Session

__all__ = ["attention", "work"]

attention = typer.Typer(name="attention", help="What asking cost and brought, and what is kept besides.")


def work(
    file: Annotated[Path | None, typer.Argument(help="Your inputs: .txt with one a line, or a data file.")] = None,
    input: Annotated[list[str] | None, typer.Option("--input", help="One of your inputs; may be repeated.")] = None,
    text: Annotated[str | None, typer.Option(help="The column with the text.")] = None,
    task: Which = None,
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Answer your own inputs, and ask you something only when it is worth it."""
    from assistant.commands.ask import examples_of
    from assistant.errors import UserError

    if file is None and not input:
        raise UserError("There is nothing to work on", do='give a file, or --input "…"')
    done = []
    session = _open(task, author, home)
    try:
        sits = _somebody() and not as_json
        for example in examples_of(input or [], file, text):
            moment = session.attention.use(example.input)
            done.append(_plain(example.input, moment))
            if not as_json:
                typer.echo(_line(example.input, moment))
            if moment.question and sits:
                note(_asked(session.attention, moment))
    finally:
        session.close()
    if as_json:
        say(True, done, "")


@attention.command("show")
def show(task: Which = None, author: Author = None, as_json: AsJson = False, home: Home = None) -> None:
    """What asking has cost and brought so far, and what is not asked any more."""
    from assistant.attention.say import standing

    session = _open(task, author, home)
    try:
        now = session.attention.standing()
    finally:
        session.close()
    say(as_json, asdict(now), standing(now).replace("**", ""))


@attention.command("again")
def again(
    about: Annotated[str, typer.Argument(help='What to ask about again: "complaint | order".')],
    task: Which = None,
    author: Author = None,
    home: Home = None,
) -> None:
    """Ask such things again."""
    session = _open(task, author, home)
    try:
        session.attention.again(about)
    finally:
        session.close()
    typer.echo(f"{about} is asked about again.")


@attention.command("export")
def export(
    out: Annotated[Path, typer.Argument(help="The file to write: JSON lines.")],
    task: Which = None,
    home: Home = None,
) -> None:
    """Write what people did without saying anything: copied, edited, looked at. It is in no other export."""
    from assistant.commands import name_of, store
    from assistant.errors import UserError

    if out.exists():
        raise UserError(f"{str(out)!r} is there already", do="name another file")
    with store(home) as opened:
        rows = [row.model_dump_json() for row in opened.implicit(name_of(opened, task))]
    out.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    typer.echo(f"{out}: {len(rows)} traces; they are no feedback.")


def _somebody() -> bool:
    """Whether somebody sits at the terminal."""
    return sys.stdin.isatty()


def _open(task: str | None, author: str | None, home: Path | None) -> Session:
    from assistant.commands import meant, store
    from assistant.session import Session

    with store(home) as opened:
        spec = meant(opened, task)
    return Session.open(spec, author=author, home=home)


def _asked(attention: Attention, moment: Moment) -> str:
    """Ask the person at the terminal; what came of it, in a sentence."""
    question = moment.question
    assert question is not None
    choices = " / ".join(question.choices)
    typer.echo(f"{question.text} {question.why}".replace("**", ""), err=True)
    said = typer.prompt(f"[{choices}, words, Enter: not now, never]", default="", show_default=False, err=True).strip()
    if said in ("", "never"):
        attention.dismiss(question.id, never=said == "never")
        return "Such things are not asked any more." if said else "Not now."
    turn = attention.answer(question.id, said)
    return " ".join(message.text for message in turn.messages if message.role != "person").replace("**", "")


def _line(input: Any, moment: Moment) -> str:
    from assistant.cards import show_value

    sure = f"{100 * moment.score:3.0f} %" if moment.score is not None else "     "
    asked = f"  ? {moment.question.text.replace('**', '')} ({moment.question.id})" if moment.question else ""
    return f"{show_value(moment.value)}  {sure}  {short(input)}{asked}"


def _plain(input: Any, moment: Moment) -> dict[str, Any]:
    question = moment.question.model_dump(mode="json") if moment.question else None
    return {"input": input, "value": moment.value, "score": moment.score, "output": moment.output,
            "question": question, "why": moment.why}  # fmt: skip

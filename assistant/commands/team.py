"""`sayso team`: who may do what in a task, how the work is shared out, guidelines, questions whose answer is known.

The command line believes whom `--author` names, as it believes whoever can read the database; a page asks for a login.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.commands import AsJson, Author, Home, Which, quiet, say, short, store, workbench

if TYPE_CHECKING:
    from assistant.team import Person, Team
    from assistant.team.disputes import Dispute

__all__ = ["team"]

team = typer.Typer(
    name="team",
    help="Who may do what, how work is shared out, guidelines, questions whose answer is known.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="As they log in, or as --author names them.")]


@team.command()
def add(
    person: Name,
    role: Annotated[
        Literal["owner", "reviewer", "annotator", "viewer"], typer.Option(help="What they may do.")
    ] = "annotator",
    task: Which = None,
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Make somebody a member, or change what they are; the first owner closes the task to all others."""
    with _team(task, author, home) as opened:
        closed = opened.closed
        opened.add(person, role)
    text = f"{person} is {role} of {opened.name}." + ("" if closed else " Only members may use it from now on.")
    say(as_json, {"task": opened.name, "person": person, "role": role}, text)


@team.command()
def remove(person: Name, task: Which = None, author: Author = None, as_json: AsJson = False, home: Home = None) -> None:
    """Make somebody no member any more; what they said stays."""
    with _team(task, author, home) as opened:
        opened.remove(person)
        closed = opened.closed
    text = f"{person} is not in the team of {opened.name} any more."
    say(as_json, {"task": opened.name, "removed": person}, text + ("" if closed else " It is open to everybody again."))


@team.command("list")
def listed(task: Which = None, author: Author = None, as_json: AsJson = False, home: Home = None) -> None:
    """List the people and how far they are."""
    with _team(task, author, home) as opened:
        people, plan = opened.people(), opened.plan()
        closed = opened.closed
    plain = {
        "task": opened.name,
        "closed": closed,
        "people": [one.model_dump(mode="json") for one in people],
        "plan": plan.model_dump(mode="json"),
    }
    first = "" if closed else f"The task {opened.name!r} is open: everybody may do everything.\n"
    say(as_json, plain, first + "\n".join(_line(one) for one in people))


@team.command()
def assign(
    overlap: Annotated[int | None, typer.Option(help="From how many people each example is wanted.")] = None,
    minutes: Annotated[float | None, typer.Option(help="How long an example is kept for whom it was given to.")] = None,
    gold_every: Annotated[int | None, typer.Option(help="Each how manieth question has a known answer.")] = None,
    qualify: Annotated[
        int | None, typer.Option(help="Known answers to give before one's feedback teaches; 0: it does at once.")
    ] = None,
    right: Annotated[float | None, typer.Option(help="The share of those that must be right.")] = None,
    task: Which = None,
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Say how the work is shared out; what is not named stays as it is, and nothing named shows it."""
    over: dict[str, Any] = {"overlap": overlap, "minutes": minutes, "gold_every": gold_every,
                            "qualify_answers": qualify, "qualify_right": right}  # fmt: skip
    with _team(task, author, home) as opened:
        plan = opened.plan() if all(value is None for value in over.values()) else opened.assign(**over)
    wanted = f"each example is wanted from {plan.overlap}, and kept for {plan.minutes:g} minutes"
    round = (
        f"feedback teaches after {plan.qualify_answers} known answers, {plan.qualify_right:.0%} right"
        if plan.qualify_answers
        else "feedback teaches at once"
    )
    say(as_json, plan.model_dump(mode="json"), f"{opened.name}: {wanted}; {round}.")


@team.command()
def guideline(
    text: Annotated[str | None, typer.Argument(help="A new version; left out: show the newest.")] = None,
    file: Annotated[Path | None, typer.Option(help="Take it from this file.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Show all versions.")] = False,
    task: Which = None,
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show or write the guidelines; every answer names the version that it was given under."""
    if file is not None:
        text = file.read_text("utf-8")
    with _team(task, author, home) as opened:
        if text is not None:
            opened.write(text)
        found = opened.guidelines() if every else [opened.guideline()]
    lines = [f"Version {one.version}, {one.author}:\n{one.text}" for one in found if one.version]
    plain = [one.model_dump(mode="json") for one in found if one.version]
    say(as_json, plain if every else next(iter(plain), None), "\n\n".join(lines) or "No guidelines are written yet.")


@team.command()
def gold(
    ids: Annotated[list[str] | None, typer.Argument(help="Examples, by their ids; none: list those chosen.")] = None,
    value: Annotated[str | None, typer.Option(help="The right answer [default: the label in the data].")] = None,
    draw: Annotated[int, typer.Option("--random", min=0, help="So many more, of those that have a label.")] = 0,
    off: Annotated[bool, typer.Option("--off", help="Ask these no more.")] = False,
    task: Which = None,
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Choose questions whose answer is known: they are asked as if it were not, and tell how right people are."""
    with _team(task, author, home) as opened:
        if ids or draw:
            opened.mark_gold(ids or (), value=value, draw=draw, on=not off)
        known = opened.gold()
    lines = [f"{id}  {value}" for id, value in known.items()]
    say(as_json, known, "\n".join(lines) or "No question's answer is known yet.")


@team.command("disputes")
def disputed(task: Which = None, author: Author = None, as_json: AsJson = False, home: Home = None) -> None:
    """List the examples that people disagree on, the latest first."""
    with quiet(task, home, author) as session:
        found = session.disputes.list()
    lines = [line for one in found for line in _dispute(one)]
    nothing = "Nobody contradicts anybody."
    say(as_json, [one.model_dump(mode="json") for one in found], "\n".join(lines) or nothing)


@team.command()
def settle(
    example: Annotated[str, typer.Argument(help="The example, as `sayso team disputes` shows it.")],
    value: Annotated[str, typer.Argument(help="What it is, for all.")],
    why: Annotated[str, typer.Option(help="For the record.")] = "",
    task: Which = None,
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Say what an example is, for all: labels that contradict it are overruled, and teach no more."""
    with quiet(task, home, author) as session:
        turn = session.disputes.settle(example, value, why)
        left = len(session.disputes.list())
    told = next(message.text for message in turn.messages if message.text.startswith("Settled:")).replace("**", "")
    plain = {"task": session.name, "example": example, "value": value, "said": told, "left": left}
    say(as_json, plain, f"{told} {left} left.")


@contextmanager
def _team(task: str | None, author: str | None, home: Path | None) -> Iterator[Team]:
    """The team of the task that is meant, as this author sees it."""
    from assistant.settings import settings
    from assistant.team import Team

    with store(home) as opened:
        yield Team(workbench(opened, task, home), settings(home=home, author=author).author)


def _dispute(one: Dispute) -> Iterator[str]:
    yield f"{one.example_id}: “{short(one.input)}”"
    for said in one.sayings:
        because = f", because of {', '.join(f'“{part}”' for part in said.because)}" if said.because else ""
        yield f"  {said.author}: {'' if said.op == 'is' else 'not '}{said.value}{because}: “{short(said.words)}”"


def _line(one: Person) -> str:
    right = f", {one.right.right} of {one.right.asked} known answers right" if one.right and one.right.asked else ""
    last = f", last {one.last:%Y-%m-%d %H:%M}" if one.last else ""
    return f"{one.name}  {one.role or 'not a member'}: {one.pieces} pieces on {one.examples} examples{right}{last}"

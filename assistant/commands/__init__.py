"""What the commands share: their common options, what they print, and which task is meant.

say(as_json, {"live": "v2"}, "v2 is live.")      -> one of the two, on stdout
note("Training ...")                             -> on stderr, so that stdout stays clean
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

if TYPE_CHECKING:
    from assistant.session import Session
    from assistant.store import Store
    from assistant.types import Constraint, Label, Preference, TaskSpec
    from assistant.workbench import Workbench

__all__ = [
    "AsJson", "Author", "Home", "Which", "describe", "meant", "name_of", "note", "quiet", "say", "short", "store",
    "workbench",
]  # fmt: skip

Home: TypeAlias = Annotated[
    Path | None, typer.Option(help="The folder of the database and the adapters [default: ~/.sayso].")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Which: TypeAlias = Annotated[
    str | None, typer.Option("--task", help="A task in use, a plugin, or a YAML file; not needed where there is one.")
]
Author: TypeAlias = Annotated[str | None, typer.Option(help="Who speaks [default: the setting `author`].")]


def say(as_json: bool, plain: Any, text: str) -> None:
    """Print what a program or what a person reads."""
    typer.echo(json.dumps(plain, ensure_ascii=False, indent=2) if as_json else text)


def note(text: str) -> None:
    typer.echo(text, err=True)


def store(home: Path | None) -> Store:
    """The store of `home`."""
    from assistant.settings import settings
    from assistant.store import Store

    return Store.open(settings(home=home).database_url)


def meant(opened: Store, task: str | None) -> TaskSpec:
    """The task that a person means: one in use by its name, else a plugin or a YAML file; None: the only one in use.

    Raises:
        UserError: several are in use and none was named, or there is no such task.
    """
    from assistant.errors import UserError
    from assistant.specs import resolve
    from assistant.types import TaskSpec

    known = {spec.name: spec for spec in opened.tasks()}
    if task is not None:
        return known[task] if task in known else resolve(task)
    if len(known) > 1:
        raise UserError(
            "It is not clear which task is meant", f"in use are: {', '.join(sorted(known))}", "name one with --task"
        )
    return next(iter(known.values()), TaskSpec())


def name_of(opened: Store, task: str | None) -> str:
    """The name by which the store knows the task that is meant."""
    from assistant.specs import open_task

    spec = meant(opened, task)
    return spec.name or open_task(spec, opened.tasks()).name


def workbench(opened: Store, task: str | None, home: Path | None) -> Workbench:
    """The task that is meant, open, without a conversation: what is asked of it leaves no trace."""
    from assistant.settings import settings
    from assistant.specs import open_task
    from assistant.workbench import Workbench

    chosen = settings(home=home)
    return Workbench(open_task(meant(opened, task), opened.tasks(), chosen.folder), opened, chosen)


@contextmanager
def quiet(task: str | None, home: Path | None, author: str | None = None) -> Iterator[Session]:
    """A session of the task that is meant, at which nobody speaks, so that no parser's model is loaded."""
    from assistant.session import Session

    with store(home) as opened:
        spec = meant(opened, task)
    session = Session.open(spec, author=author, home=home, parser="scripted")
    try:
        yield session
    finally:
        session.close()


def describe(feedback: Label | Preference | Constraint) -> str:
    """A piece of feedback in a line."""
    from assistant.cards import say_rule, show_value
    from assistant.types import Constraint, Preference

    if isinstance(feedback, Constraint):
        return say_rule(feedback).replace("**", "")
    about = f"“{short(feedback.input)}”"
    if isinstance(feedback, Preference):
        return f"{about}: {show_value(feedback.chosen)} is better than {show_value(feedback.rejected)}"
    return f"{about} {'is' if feedback.op == 'is' else 'is not'} {show_value(feedback.value)}"


def short(value: Any, width: int = 60) -> str:
    """The start of a value, on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= width else text[: width - 1] + "…"

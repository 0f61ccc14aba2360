"""`sayso chat` serves the page; `sayso passwd` says who may log in to one that is shared."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.commands import AsJson, Author, Home, meant, note, say, store

__all__ = ["chat", "passwd"]


def chat(
    task: Annotated[
        str, typer.Option(help="A plugin (see `sayso tasks`), a task in use, or a YAML file.")
    ] = "classify",
    data: Annotated[
        str | None, typer.Option(help="CSV, TSV, JSON, JSONL or Parquet file, or a folder of them.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="The column with the text.")] = None,
    label: Annotated[
        str | None, typer.Option(help="The column with the label; of molecules, with measured values: IC50_nM:less.")
    ] = None,
    id: Annotated[str | None, typer.Option(help="The column with an id of each row.")] = None,
    labels: Annotated[str | None, typer.Option(help='The labels, as in "bug, wish, praise".')] = None,
    base: Annotated[str | None, typer.Option(help="The model: a name on the hub or a folder.")] = None,
    goal: Annotated[
        str | None, typer.Option(help="What is wanted from the start: of molecules, a profile or a scoring file.")
    ] = None,
    rank: Annotated[int | None, typer.Option(help="Rank of the LoRA adapters.")] = None,
    heldout: Annotated[float | None, typer.Option(help="Share of the labelled rows that only judges.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call the task.")] = None,
    parser: Annotated[str | None, typer.Option(help="Who reads what people say: a name, or NAME:MODEL.")] = None,
    strategy: Annotated[str | None, typer.Option(help="How the next example is chosen.")] = None,
    author: Author = None,
    home: Home = None,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in; needs --auth-file.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: any that is free.", min=0, max=65535)] = 7860,
    share: Annotated[bool, typer.Option(help="Make a public link; needs --auth-file.")] = False,
    auth_file: Annotated[Path | None, typer.Option(help="Who may log in: a file that `sayso passwd` wrote.")] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Open the page and teach a model by talking to it."""
    from ui.app import run

    options: dict[str, Any] = {
        "data": data, "text": text, "label": label, "id": id, "labels": _split(labels), "base": base, "goal": goal,
        "rank": rank, "heldout": heldout, "name": name,
    }  # fmt: skip
    given = {key: value for key, value in options.items() if value is not None}
    if strategy is not None:
        _check_strategy(strategy)
        os.environ["SAYSO_STRATEGY"] = strategy  # the training worker, another process, reads it there too
    with store(home) as opened:
        spec = meant(opened, task)
    run(
        {"task": spec, "author": author, "home": home, "parser": parser, **given},
        host=host,
        port=port,
        share=share,
        auth_file=auth_file,
        open_browser=open_browser,
    )


def passwd(
    name: Annotated[str, typer.Argument(help="Who may log in.")],
    file: Annotated[Path, typer.Argument(help="The file for `sayso chat --auth-file`.")],
    as_json: AsJson = False,
) -> None:
    """Let somebody log in to a shared page.

    The password is asked for, or is the first line of stdin where that is no terminal. Who is in the file already
    gets the new one.
    """
    from ui.auth import add_person

    if sys.stdin.isatty():
        password = typer.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    add_person(file, name, password)
    say(as_json, {"name": name, "file": str(file)}, f"{name} may log in with {file}.")


def _split(labels: str | None) -> tuple[str, ...] | None:
    if labels is None:
        return None
    found = tuple(label.strip() for label in labels.split(",") if label.strip())
    if len(found) < 2:
        note(f"Of {labels!r} I understand {len(found)} label: they are separated by commas.")
    return found


def _check_strategy(name: str) -> None:
    from assistant.strategies import strategy

    strategy.get(name)

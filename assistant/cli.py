"""`sayso`, the command line. A command is a function in `assistant/commands/`, one file per group.

    $ sayso predict "I want my money back" --json
    [{"text": "I want my money back", "value": "complaint", "score": 0.91, ...}]

What a person can mend is one line on stderr and exit status 2; Ctrl+C is 130. With `--json`, stdout carries JSON
and nothing else. Commands import what they use when they run, so that `sayso --help` loads no torch.
"""

from __future__ import annotations

import sys
import warnings
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from assistant import __version__
from assistant.commands import ask, bench, keep, learn, look, make, page, prior, quality, review, take, team, work
from assistant.errors import UserError

__all__ = ["app", "main"]


class _Group(TyperGroup):
    """Says in one line what a person can mend."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as wrong:
            typer.echo(str(wrong), err=True)
            raise typer.Exit(2) from None
        except OSError as wrong:
            if not wrong.filename:  # a closed pipe, which is no mistake, or an error of ours
                raise
            typer.echo(f"{str(wrong.filename)!r} can't be used: {wrong.strerror}.", err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=_Group, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sayso {__version__}")
        raise typer.Exit


@app.callback()
def sayso(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Teach a model by talking to it."""


for command in (
    page.chat, ask.tasks, ask.parse, ask.predict, work.work, look.find, look.cost, quality.quality, make.make,
    make.goal, learn.learn, learn.learned, learn.curve, keep.export, keep.verify, keep.doctor, bench.bench,
    bench.train_parser, prior.train_prior, prior.train_text, prior.train_satisfaction, page.passwd,
):  # fmt: skip
    app.command()(command)
app.command("import")(take.take)  # a word that no function can bear
app.add_typer(learn.adapters)
app.add_typer(keep.feedback)
app.add_typer(team.team)
app.add_typer(review.review)
app.add_typer(work.attention)


def main() -> None:
    """The entry point of the `sayso` command."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries tell developers; `python -W default -m assistant.cli` shows it
    app(prog_name="sayso")


if __name__ == "__main__":
    main()

"""`sayso tasks`, `sayso parse` and `sayso predict`: questions that change nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands import AsJson, Home, Which, note, say, short, store, workbench

if TYPE_CHECKING:
    from assistant.parsers import Parser
    from assistant.types import Context, Critique, Example, Output, Reading

__all__ = ["examples_of", "parse", "predict", "tasks"]


def tasks(as_json: AsJson = False, home: Home = None) -> None:
    """List the kinds of task there are, and the tasks in use."""
    from assistant.tasks import task

    about = {name: (task.get(name).__doc__ or "").strip().partition("\n")[0] for name in task.names()}
    with store(home) as opened:
        used = opened.tasks()
    width = max(map(len, about))
    lines = [f"{name:{width}}  {line}" for name, line in about.items()]
    lines += ["", "In use:"] if used else []
    lines += [f"{spec.name}  ({spec.task}{f', {spec.data}' if spec.data else ''})" for spec in used]
    plain = {
        "tasks": [{"name": name, "about": line} for name, line in about.items()],
        "in_use": [spec.model_dump(mode="json") for spec in used],
    }
    say(as_json, plain, "\n".join(lines))


def parse(
    words: Annotated[str | None, typer.Argument(help="What a person says.")] = None,
    task: Which = None,
    context: Annotated[
        Path | None,
        typer.Option(help='What is on screen: JSON with "task" and "context" {labels, properties, outputs}.'),
    ] = None,
    parser: Annotated[
        str | None, typer.Option(help="Who reads it, as NAME or NAME:MODEL [default: the setting `parser`].")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option(help='Read many: JSON lines with "task", "context" and "message" each.')
    ] = None,
    out: Annotated[Path | None, typer.Option(help='Where --batch writes its lines with "reading".')] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show how words are understood."""
    from assistant.parsers import open_parser
    from assistant.settings import settings

    _one_way(words, batch, out, alone=task is not None or context is not None)
    read = open_parser(settings(home=home, parser=parser).parser)
    if batch is not None and out is not None:
        from assistant.commands._batch import read_batch

        done = read_batch(batch, out, read)
        say(as_json, done, f"{done['readings']} readings are written to {out}; {done['questions']} ask back.")
    elif words is not None:
        _parse(read, words, task, context, as_json, home)


def _one_way(words: str | None, batch: Path | None, out: Path | None, alone: bool) -> None:
    """Either words with their context, or a batch with where to write it.

    Raises:
        UserError: neither, both, or half of one.
    """
    from assistant.errors import UserError

    if batch is None and words is None:
        raise UserError("There is nothing to read", do='give words, as in sayso parse "yep", or --batch with --out')
    if batch is not None and (words is not None or alone):
        raise UserError("--batch takes no words, --task or --context", "each of its lines brings its own")
    if (batch is None) != (out is None):
        raise UserError("--batch and --out go together", do="name the lines to read and the file to write")


def _parse(read: Parser, words: str, task: str | None, context: Path | None, as_json: bool, home: Path | None) -> None:
    from assistant.cards import card
    from assistant.parsers import hear
    from assistant.types import Critique

    if context is not None:
        shown = _context(context, task)
    else:
        with store(home) as opened:
            bench = workbench(opened, task, home)
            shown = _empty(bench.task.name, bench.vocabulary())
    critique = Critique(conversation="cli", author="cli", text=words, context=shown)
    heard = hear(read, critique)
    reading = heard.reading
    if heard.note:
        note(heard.note)
    text = card("", reading, shown, words, "asking" if reading.clarify else "applied").title.replace("**", "")
    say(as_json, _contract(critique, reading), f"{text}\n{_acts(reading)}")


def predict(
    texts: Annotated[list[str] | None, typer.Argument(help="Texts to ask about.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="Ask about each row: a data file, or .txt with a text a line.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="The column with the text.")] = None,
    task: Which = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Ask the live version, with the rules in force.

    The words that counted are told for texts only, not for a file.
    """
    from assistant.errors import UserError

    if not texts and file is None:
        raise UserError("There is nothing to ask about", do='give texts, as in sayso predict "…", or a --file')
    with store(home) as opened:
        bench = workbench(opened, task, home)
        rules, version = bench.rules(), bench.live_name()
        examples = list(examples_of(texts or [], file, text))
        answers = bench.answers(examples, rules, explain=file is None)
        rows = [_answer(e, output, version) for e, outputs in zip(examples, answers, strict=True) for output in outputs]
        if bench.warning:
            note(bench.warning)
    say(as_json, rows, "\n".join(_line(row) for row in rows))


def examples_of(texts: list[str], file: Path | None, column: str | None) -> Iterator[Example]:
    """Texts that were typed, and the rows of a file."""
    from assistant.data import read_examples
    from assistant.types import Example

    for number, typed in enumerate(texts, start=1):
        yield Example(id=f"typed-{number}", input=typed)
    if file is not None and file.suffix.lower() == ".txt":
        yield from _lines(file)
    elif file is not None:
        source = read_examples(file, text=column)
        for said in source.notes:
            note(said)
        yield from source.examples


def _lines(file: Path) -> Iterator[Example]:
    from assistant.errors import UserError
    from assistant.types import Example

    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        raise UserError(f"The file {str(file)!r} can't be read", str(wrong)) from wrong
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield Example(id=f"line-{number}", input=line)


def _answer(example: Example, output: Output, version: str) -> dict[str, Any]:
    plain = output.model_dump(mode="json", include={"value", "score", "scores", "said", "rules", "highlights"})
    return {"id": example.id, "text": example.input, "version": version, "adapter": output.adapter, **plain}


def _line(row: dict[str, Any]) -> str:
    from assistant.cards import show_value

    sure = f"{100 * row['score']:3.0f} %" if row["score"] is not None else "    "
    rule = f" (a rule; by itself: {show_value(row['said'])})" if row["said"] is not None else ""
    return f"{show_value(row['value'])}  {sure}  {short(row['text'])}{rule}"


def _context(path: Path, task: str | None) -> Context:
    """The context in a file: the contract's object with "context" in it, or that part alone."""
    from pydantic import ValidationError

    from assistant.errors import UserError
    from assistant.parsers._rows import context_of

    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return context_of(plain.get("context", plain), task or plain.get("task", ""))
    except OSError as wrong:
        raise UserError(f"The context {str(path)!r} can't be read: {wrong.strerror}") from wrong
    except (ValueError, TypeError, AttributeError, ValidationError) as wrong:
        raise UserError(
            f"The context {str(path)!r} can't be used: {' '.join(str(wrong).split())[:120]}",
            'it is JSON such as {"task": "mail", "context": {"labels": ["order"], "outputs": [{"id": "#1"}]}}',
        ) from wrong


def _empty(task: str, vocabulary: Any) -> Context:
    from assistant.types import Context

    return Context(task=task, vocabulary=vocabulary)


def _contract(critique: Critique, reading: Reading) -> dict[str, Any]:
    return {"task": critique.context.task, "message": critique.text, "reading": reading.contract()}


def _acts(reading: Reading) -> str:
    """The acts as they are in the contract, one a line, and how sure it is."""
    lines = [json.dumps(act, ensure_ascii=False) for act in reading.contract()["acts"]]
    return "\n".join([*lines, f"confidence {reading.confidence:.2f}"])

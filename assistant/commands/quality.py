"""How good the feedback is, and what waits to be looked at: `sayso quality`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import AsJson, Author, Home, Which, quiet, say

if TYPE_CHECKING:
    from assistant.quality import Finding

__all__ = ["quality"]


def quality(
    task: Which = None,
    release: Annotated[str | None, typer.Option(help="A person whose feedback waits: it counts again.")] = None,
    take_back: Annotated[str | None, typer.Option(help="A person whose feedback waits: retract it.")] = None,
    hold: Annotated[
        str | None, typer.Option(help="A person whose feedback should wait until it was looked at.")
    ] = None,
    why: Annotated[str, typer.Option(help="For the record, with --hold.")] = "",
    author: Author = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Say how far people agree, how often each is right, and whose feedback waits.

    Everything is judged by what people said of the same inputs; one person alone can't be judged.
    """
    from assistant.quality import measure

    with quiet(task, home, author) as session:
        desk = session.quality
        if hold:
            desk.hold(hold, why or f"{session.author} wants it looked at")
        if release:
            desk.release(release)
        if take_back:
            desk.take_back(take_back)
        findings, held, open = desk.findings(), desk.held(), desk.open()
    plain = {
        "task": session.name,
        "findings": {name: [one.model_dump(mode="json") for one in some] for name, some in findings.items()},
        "held": [one.model_dump(mode="json") for one in held],
        "contradictions": [one.model_dump(mode="json") for one in open],
    }
    lines = [f"Held: {one.pieces} of {one.person}: {one.why}." for one in held]
    lines += [f"Contradiction: {one.clash.first.said} ({one.clash.first.who}); {one.clash.second.said} "
              f"({one.clash.second.who})." for one in open]  # fmt: skip
    for name, some in findings.items():
        told = [_line(one) for one in some if one.value is not None]
        lines += [f"{measure.get(name)().title}:", *told] if told else []
    say(as_json, plain, "\n".join(lines).replace("**", "") or "Nobody's feedback can be compared with another's yet.")


def _line(one: Finding) -> str:
    between = f" ({one.interval[0]:.2f} to {one.interval[1]:.2f})" if one.interval else ""
    flag = "  FLAGGED" if one.alarm else ""
    return f"  {one.name}: {one.value:.2f}{between}  {one.text}{flag}"

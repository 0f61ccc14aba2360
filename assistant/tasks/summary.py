"""Summaries of texts, two at a time: say which is better, what is missing, or what must never be.

Input: a text.  Output: its summary: sentences of it, or with `--base` what a language model writes.

    {"id": "s1", "input": "The bridge will be closed until May. …", "label": "The bridge is closed until May."}

Sources: summaries from people's preferences, Ziegler et al. 2019 (arXiv 1909.08593), Stiennon et al. 2020 (arXiv
2009.01325); what may be asked of a summary, Zhou et al. 2023 (IFEval, arXiv 2311.07911).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.tasks import Task, task
from assistant.tasks._generated import generated_task, writer

if TYPE_CHECKING:
    from adapters.models import Model

INSTRUCTION = "Summarise the following text in a few sentences."


@task
def summary(
    data: str | None = None,
    text: str | None = None,
    id: str | None = None,
    base: str | None = None,
    rank: int = 8,
    heldout: float = 0.25,
    name: str = "",
) -> Task:
    """Teach a summariser what belongs into a summary."""
    model = _picker(rank) if base is None else writer(base, rank, INSTRUCTION)
    return generated_task("summary", model, data=data, text=text, id=id, heldout=heldout, name=name, help=HELP)


def _picker(rank: int) -> Callable[[], Model]:
    """What picks sentences."""

    def make() -> Model:
        from adapters.models import family
        from assistant.texts.segment import sentences

        return family.get("extract")(split=sentences, rank=rank)

    return make


HELP = (
    "the second is better, it says what it costs",
    "never more than two sentences",
    "no quotes, please",
    "at most 40 words",
    "next",
)

"""Positive or negative: does a writer like what they write about?

Input: str, a review or one sentence of it.  Output: one of LABELS.
Source of the problem: Pang, Lee & Vaithyanathan 2002, "Thumbs up?".

    {"id": "s002", "text": "I had low hopes for a meat-free steakhouse. I was a fool.", "label": "positive"}
"""

from __future__ import annotations

from assistant.tasks import Task, task
from assistant.tasks._text import text_task

LABELS = ("negative", "positive")


@task
def sentiment(
    data: str | None = None,
    text: str | None = None,
    label: str | None = None,
    id: str | None = None,
    base: str | None = None,
    rank: int = 8,
    heldout: float = 0.25,
    name: str = "",
) -> Task:
    """Tell positive reviews from negative ones."""
    return text_task(
        "sentiment",
        data=data,
        text=text,
        label=label,
        id=id,
        labels=LABELS,
        base=base,
        rank=rank,
        heldout=heldout,
        name=name,
        help=(
            'it\'s negative: "never land" is no compliment',
            "that's right",
            "not positive",
            'whenever it says "waste of time" it\'s negative',
        ),
    )

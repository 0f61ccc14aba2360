"""Anyone's texts, anyone's labels: what each text is, learned from what people say about the answers.

Input: str, one text.  Output: one of the labels of the data, or those that were named.
Without data it opens on a few hundred customer messages that were written for this project:

    {"id": "m001", "text": "Can you tell from a photo if this is the right spare part?", "label": "question"}
"""

from __future__ import annotations

from assistant.tasks import Task, task
from assistant.tasks._text import text_task


@task
def classify(
    data: str | None = None,
    text: str | None = None,
    label: str | None = None,
    id: str | None = None,
    labels: tuple[str, ...] = (),
    base: str | None = None,
    rank: int = 8,
    heldout: float = 0.25,
    name: str = "",
) -> Task:
    """Sort texts by your own labels."""
    return text_task(
        "messages",
        data=data,
        text=text,
        label=label,
        id=id,
        labels=labels,
        base=base,
        rank=rank,
        heldout=heldout,
        name=name,
        help=(HELP if data is None else OWN),
    )


HELP = (
    "no, that's a complaint: they want their money back",
    "whenever somebody mentions a refund it's a complaint",
    "it's not praise",
    "next",
)
OWN = ("the labels are bug, wish and praise", "that's right", "undo that", "next")

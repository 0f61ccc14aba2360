"""Rumour or not: is a claim in a post a rumour, news, opinion or satire?

Input: str, one post.  Output: one of LABELS.  Source of the problem: Karmakharm, Aletras & Bontcheva 2019,
"Journalist-in-the-loop: continuous learning as a service for rumour analysis".

    {"id": "r002", "text": "Say what you like about the Westbahn, its staff …", "label": "opinion"}
"""

from __future__ import annotations

from assistant.tasks import Task, task
from assistant.tasks._text import text_task

LABELS = ("news", "rumour", "opinion", "satire")


@task
def rumour(
    data: str | None = None,
    text: str | None = None,
    label: str | None = None,
    id: str | None = None,
    base: str | None = None,
    rank: int = 8,
    heldout: float = 0.25,
    name: str = "",
) -> Task:
    """Sort posts into news, rumour, opinion and satire."""
    return text_task(
        "rumours",
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
            "anything quoting 'sources close to' is a rumour",
            "that's satire: no bridge ever resigned",
            "it's news, the minister confirmed it",
            "next",
        ),
    )

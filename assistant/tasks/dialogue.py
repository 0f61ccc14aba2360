"""Replies in conversations, picked from those that a team has, two at a time: say which fits, or what to say instead.

Input: a conversation, or what was said last.  Output: a reply: one of the data's, or with `--base` what a language
model writes. The right replies of the data are the ones to choose from; what you write in the place of one joins them.
Where somebody sounds unhappy with a reply, it is asked what should have been said (`_watch.py`).

    {"input": [{"role": "user", "content": "Do you have a printer?"}], "label": "Yes, on the first floor."}

Sources: picking replies, Henderson et al. 2017 (arXiv 1705.00652); learning from what one should have said, Hancock et
al. 2019 (ACL).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.tasks import Task, task
from assistant.tasks._generated import generated_task, writer

if TYPE_CHECKING:
    from adapters.models import Model


@task
def dialogue(
    data: str | None = None,
    text: str | None = None,
    id: str | None = None,
    base: str | None = None,
    rank: int = 8,
    heldout: float = 0.25,
    name: str = "",
) -> Task:
    """Teach what to say next in a conversation."""
    model = _picker(rank) if base is None else writer(base, rank)
    return generated_task(
        "dialogue",
        model,
        data=data,
        text=text,
        id=id,
        replies=base is None,
        watch=True,
        heldout=heldout,
        name=name,
        help=HELP,
    )


def _picker(rank: int) -> Callable[[], Model]:
    def make() -> Model:
        from adapters.models import family

        return family.get("rank")(rank=rank)

    return make


HELP = (
    "the second fits better",
    "you should have said: we open at nine",
    "the first is wrong, it does not answer the question",
    "never more than two sentences",
    "no exclamation marks",
    "next",
)

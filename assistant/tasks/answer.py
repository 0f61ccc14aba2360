"""Answers to questions, two at a time: say which is better, what is wrong, or what must never be.

Input: a question, with what there is to know about it, or a conversation.  Output: a text.
Without data and `--base`, a small model of our own answers for help desks, by the notice in the question:

    {"id": "a1", "input": "Hotel Garden\\n- Phone: 624 49.\\n- Rooms are ready at 13:30.\\n\\nCheck-in?"}

Sources: constraints that code can check, Zhou et al. 2023 (IFEval, arXiv 2311.07911); preferences, Rafailov et al. 2023
(DPO) and Ethayarajh et al. 2024 (KTO); self-feeding from corrections, Hancock et al. 2019 (ACL).
"""

from __future__ import annotations

from assistant.tasks import Task, task
from assistant.tasks._generated import generated_task, writer


@task
def answer(
    data: str | None = None,
    text: str | None = None,
    id: str | None = None,
    base: str | None = None,
    rank: int = 16,
    heldout: float = 0.25,
    name: str = "",
) -> Task:
    """Teach a language model to answer as you want it to."""
    return generated_task(
        "answer", writer(base, rank), data=data, text=text, id=id, heldout=heldout, name=name, help=HELP
    )


HELP = (
    "the first, the other rambles",
    "never more than two sentences",
    "less formal, please",
    "no exclamation marks",
    "next",
)

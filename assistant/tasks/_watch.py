"""What went wrong in a team's conversations, heard in what people said next: what should I have said there?

    … "And on Tuesday?"  "The language café is on Wednesdays."  "I said Tuesday, not Wednesday."
      -> the example "… And on Tuesday?", and of it: “I said Tuesday, not Wednesday.” sounds unhappy …

After the self-feeding chatbot (Hancock et al. 2019, ACL), which asks when its partner seems unhappy, and learns from
the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from assistant.types import Example

__all__ = ["Watch"]

UNHAPPY = 0.3
"""From this probability on it is asked; few who are content reach it."""
MOST = 5_000
"""Conversations that are listened to, from the newest, which stand last."""
LONGEST = 160
Hear = Callable[[Sequence[str]], Any]


class Watch:
    """See the module.

    Args:
        examples: as they were read.
        hear: the probability for each text that who says it is unhappy; None: `adapters.satisfaction`.
    """

    def __init__(self, examples: Sequence[Example], hear: Hear | None = None) -> None:
        self._given, self._hear = examples, hear

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Those that went wrong, from before they did, and all that there were."""
        return (*(before for before, _, _ in self._wrong), *self._given)

    def asks(self, example: Example) -> str:
        """What to ask about an example; "" where nothing went wrong."""
        return self._asked.get(example.id, "")

    @cached_property
    def _asked(self) -> dict[str, str]:
        return {
            before.id: f"“{_short(answered)}” sounds unhappy with what was said here: “{_short(said)}” "
            "What should I have said?"
            for before, said, answered in self._wrong
        }

    @cached_property
    def _wrong(self) -> list[tuple[Example, str, str]]:
        """The example before it went wrong, what was said, and what it was answered."""
        there = [one for one in self._given[-MOST:] if _answered(one.input)]
        if not there:
            return []
        chances = self._heard([one.input[-1]["content"] for one in there])
        wrong = [one for one, chance in zip(there, chances, strict=True) if chance >= UNHAPPY]
        return [
            (
                Example(id=f"{one.id}-before", input=one.input[:-2]),
                one.input[-2]["content"],
                one.input[-1]["content"],
            )
            for one in wrong
        ]

    def _heard(self, texts: Sequence[str]) -> Any:
        if self._hear is not None:
            return self._hear(texts)
        from adapters.satisfaction import unhappy

        return unhappy(texts)


def _answered(input: Any) -> bool:
    """Whether a conversation ends with what a person said of a reply to them."""
    roles = [one["role"] for one in input] if isinstance(input, list) else []
    return roles[-3:] == ["user", "assistant", "user"]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1].rstrip()}…"

"""What a model practises before it can do without being told: its own answers, better and worse ones of the same input.

    practice([("When do you open?", [at most one sentence])], ask, told, worth)
      -> pairs      (told: "At 8.")  is better than  (not told: "We open at 8. Do come by! We …")
         rehearsed  where no rule says anything, what it answers anyway

Where a rule is silent because its condition is not met, what the model answers anyway is better than what it would
answer by the rule: else what is learned about one topic spreads to all (over-generalisation, Stephan et al. 2024, C3PO,
arXiv 2402.10893).

Nothing of this is feedback of a person's, and none of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.tasks import Asked
from assistant.types import Constraint, Example, Label, Preference

__all__ = ["Practice", "practice"]

TOLD, UNTOLD, LIKED = 2, 2, 6
"""Answers to each input: with the rules said, without, and where a liking alone tells them apart. The best of more is
farther from what the model mostly says (best of n, Stiennon et al. 2020, arXiv 2009.01325)."""
LEAST = 0.5
"""An answer that is worth less than this, of 1, is no model for anything."""
AHEAD = 0.15
"""By how much one has to be worth more than another to be called better."""
OWN = {"task": "", "author": "sayso", "critique": "", "reading": ""}

Worth = Callable[[str, Any, Sequence[Constraint]], float]
Mend = Callable[[str, Any, Sequence[Constraint]], str]


@dataclass(frozen=True)
class Practice:
    """`pairs`: preferences, and labels of what is preferred; `rehearsed`: examples whose answers should stay."""

    pairs: list[Label | Preference]
    rehearsed: list[Example]


def practice(
    taught: Sequence[tuple[Any, Sequence[Constraint], Sequence[Constraint]]],
    ask: Asked,
    told: Callable[[Any, Sequence[Constraint]], Any],
    worth: Worth,
    mend: Mend,
    likes: bool = False,
) -> Practice:
    """Ask the model, and compare its answers.

    Args:
        taught: inputs, each with the rules in force for it, and with those whose condition it does not meet.
        ask: the model, a value for each input; None is one that failed.
        told: an input with rules said.
        mend: an answer as it would be shown: edited where it breaks a rule.
        likes: whether `worth` tells answers apart where there is no rule.
    """
    counts = [LIKED if likes and not rules else UNTOLD for _, rules, _ in taught]
    asked = [input for (input, *_), count in zip(taught, counts, strict=True) for _ in range(count)]
    asked += [told(input, rules or silent) for input, rules, silent in taught if rules or silent for _ in range(TOLD)]
    said = iter(ask(asked))
    untold = [[next(said) for _ in range(count)] for count in counts]
    pairs: list[Label | Preference] = []
    rehearsed: list[Example] = []
    for (input, rules, silent), own in zip(taught, untold, strict=True):
        led = [mend(next(said) or "", input, rules or silent) for _ in range(TOLD)] if rules or silent else []
        compared = _compared(input, rules, own, led if rules else [], worth) if rules or likes else None
        if compared is not None:
            pairs += compared
        elif own[0] and worth(own[0], input, rules) >= LEAST:
            rehearsed.append(Example(id="", input=input, label=own[0]))
            # where both kinds of rule speak, nothing tells what either alone would say
            pairs += [] if rules else _elsewhere(input, own[0], led)
    return Practice(pairs, rehearsed)


def _elsewhere(input: Any, own: str, led: Sequence[str]) -> list[Preference]:
    """Its own answer, against what it would say by rules that are not meant here."""
    other = next((text for text in led if text and text != own), None)
    return [Preference(input=input, **OWN, chosen=own, rejected=other)] if other else []


def _compared(
    input: Any, rules: Sequence[Constraint], own: Sequence[Any], better: Sequence[Any], worth: Worth
) -> list[Label | Preference] | None:
    """The best of all against the worst of those that were written without being told; None: they are alike."""
    scored = [(worth(text, input, rules), at, text) for at, text in enumerate([*better, *own]) if text]
    unled = [one for one in scored if one[1] >= len(better)]
    if not unled:
        return None
    best = max(scored, key=lambda one: (one[0], -one[1]))
    worst = min(unled)
    unseen = any(rule.strength == "prefer" for rule in rules) and best[1] < len(better)
    if best[0] < LEAST or best[2] == worst[2] or (best[0] < worst[0] + AHEAD and not unseen):
        return None
    chosen = {"input": input, **OWN}
    return [
        Preference(**chosen, chosen=best[2], rejected=worst[2]),
        Label(**chosen, op="is", value=best[2]),
    ]

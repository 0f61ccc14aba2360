"""Rules about texts that are said in so many words ("never more than two sentences"): they leave nothing to guess.

    at most 40 words, and no emojis    ->  two constraints on whatever is written
    too long                           ->  None: a parser reads it

What such words are is in `assistant/texts/hear.py`. Where the outputs are no texts, a parser reads everything.
"""

from __future__ import annotations

from assistant.types import Act, Critique, Reading

__all__ = ["read_rule"]


def read_rule(critique: Critique) -> Reading | None:
    """The constraints; None where the message says anything else."""
    if critique.gesture is not None or critique.context.selection or not _texts(critique):
        return None
    from assistant.texts.hear import all_heard

    acts = tuple(Act(kind="constraint", targets=("all",), constraint=rule) for rule in all_heard(critique.text))
    return Reading(acts=acts[:8], confidence=1.0) if acts else None


def _texts(critique: Critique) -> bool:
    """Whether the outputs are texts; that inputs are says only their length."""
    return {"length.words", "format.json"} <= {known.name for known in critique.context.vocabulary.properties}

"""Does what is said of one topic change the others? What "about the museum, write in lower case" does elsewhere.

Preferences over-generalise: a model that is taught by DPO on one topic alone shows it on others, too (Stephan et al.
2024, C3PO, arXiv 2402.10893). Here a rule with a condition is learned in two ways from the same pairs of the model's
own answers: as the product does, which also prefers its own answers where the rule is silent, and by those pairs alone.
Questions come from the generator of the demo, and none that is asked was learned on. Plain DPO is stopped where it does
what was said as often as the product's adapter does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.rules import fires
from assistant.tasks import Lesson
from assistant.texts.goal import goal_of
from assistant.texts.obey import holds
from assistant.types import Constraint, Preference

KNOWN, ASKED = 24, 60
"""Questions of each kind that are learned on, and that are asked."""
STEPS = (4, 8, 16, 32, 64)
SAID = {"task": "answer", "author": "simulated", "critique": "", "reading": ""}
RULE = Constraint(**SAID, property="case", operator="eq", value="lower case", when="it mentions museum")


class Shown(NamedTuple):
    """The share of answers that do what was said, by how much it rose: where it was meant, and elsewhere."""

    within: float
    beyond: float


def run(folder: Path, seeds: tuple[int, ...] = (0, 1)) -> Result:
    from adapters.models import family

    model = family.get("causal")()
    rows = []
    for seed in seeds:
        within, beyond = questions(seed)
        rows.append(compared(model, within, beyond, seed))
    ours, plain = (np.mean([[one.within, one.beyond] for one in some], axis=0) for some in zip(*rows, strict=True))
    figures = {
        "elsewhere, ours to plain DPO": float((ours[1] / ours[0]) / max(1e-9, plain[1] / max(1e-9, plain[0]))),
        "ours: where it was meant": float(ours[0]),
        "ours: elsewhere": float(ours[1]),
        "plain DPO: where it was meant": float(plain[0]),
        "plain DPO: elsewhere": float(plain[1]),
    }
    return Result(figures, seeds, "the model that ships; rises of the share of answers in lower case")


def compared(model: Any, within: Sequence[str], beyond: Sequence[str], seed: int) -> tuple[Shown, Shown]:
    """How far the product's training goes, and plain DPO at that rise where it was meant."""
    from adapters.fit import fit
    from adapters.signals import Material

    model.load(None)
    asked = (within[KNOWN:], beyond[KNOWN:])
    first = shares(model, *asked)
    goal = goal_of([RULE], [*within[:KNOWN], *beyond[:KNOWN]])
    material = goal.material(Lesson((), (), (), lambda some: [one.value for one in model.predict(some)]))
    fit(model, material, seed=seed, recipe=model.recipe)
    ours = _risen(shares(model, *asked), first)
    pairs = Material(new=[one for one in material.new if isinstance(one, Preference) and fires(RULE, one.input)])
    plain = [Shown(0.0, 0.0)]
    for steps in STEPS:
        model.load(None)
        fit(model, pairs, seed=seed, recipe=replace(model.recipe, least_steps=steps, most_steps=steps))
        plain.append(_risen(shares(model, *asked), first))
        if plain[-1].within >= ours.within:
            break
    return ours, between(plain, ours.within)


def between(found: Sequence[Shown], within: float) -> Shown:
    """Where a row of trainings, each longer than the one before, comes to this rise; the last, if none does."""
    for low, high in pairwise(found):
        if low.within <= within <= high.within:
            share = (within - low.within) / max(1e-9, high.within - low.within)
            return Shown(within, low.beyond + share * (high.beyond - low.beyond))
    return found[-1]


def shares(model: Any, *asked: Sequence[str]) -> Shown:
    """Of each list of questions, the share of answers that are as the rule wants them."""
    bare = RULE.model_copy(update={"when": None})
    said = [[str(one.value or "") for one in model.predict(list(some))] for some in asked]
    return Shown(*(float(np.mean([holds(bare, text) is True for text in some])) for some in said))


def _risen(after: Shown, before: Shown) -> Shown:
    return Shown(after.within - before.within, after.beyond - before.beyond)


def questions(seed: int) -> tuple[list[str], list[str]]:
    """As many about the museum as about anything else."""
    from adapters.models._helpdesk import talks

    within: list[str] = []
    beyond: list[str] = []
    for talk in islice(talks(7_000 + seed), 20_000):
        if talk.messages[0]["role"] == "user" and len(talk.messages) == 2:
            text = talk.messages[0]["content"]
            (within if fires(RULE, text) else beyond).append(text)
        if len(within) >= KNOWN + ASKED:
            break
    return within[: KNOWN + ASKED], beyond[: KNOWN + ASKED]


@bench
def scope() -> Benchmark:
    """What is said of one topic stays there."""
    return Benchmark(
        what="a rule about one topic: change elsewhere against change where it was meant, over the same of plain DPO",
        data="made",
        people="simulated",
        reference="plain DPO on the same pairs: 1",
        target=0.5,
        better="lower",
        run=run,
    )

"""Does a dialogue model that is told what it should have said pick better replies to conversations it never saw?

Of twenty replies, the right one and nineteen of other conversations, the model picks one: hits@1 of 20, the measure of
the self-feeding chatbot (Hancock et al. 2019). A simulated person goes through one half of the conversations and says,
of each reply that was picked wrongly, what should have been said, which is the reply that stands in the data; the
training is the product's. The other half judges, before and after.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.errors import UserError
from assistant.types import Label

CORPORA = frozenset(("SelfFeeding", "Personachat", "WoW", "MWoZ", "SGD"))
"""Those with replies in words of their own; of the sixth, a program's, there are only a few dozen."""
OTHERS, CORRECTIONS = 19, 400
EARLIER = 6
"""Messages before the last that are kept."""
SAID = {"task": "dialogue", "author": "simulated", "critique": "", "reading": ""}


class Turn(NamedTuple):
    talk: list[dict[str, str]]
    reply: str


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2), corrections: int = CORRECTIONS) -> Result:
    from adapters.models import family

    dialogues = read(folder / "dialogues.jsonl")
    model = family.get("rank")()
    found = [taught(model, dialogues, seed, corrections) for seed in seeds]
    before, after, given = np.mean(found, axis=0)
    figures = {
        "hits@1 gained on the held-out half": float(after - before),
        "before": float(before),
        "after": float(after),
        "least gain of a seed": float(min(late - early for early, late, _ in found)),
        "corrections": float(given),
    }
    return Result(figures, seeds, f"{sum(map(len, dialogues)):,} turns of {len(dialogues)} conversations")


def taught(model: Any, dialogues: Sequence[Sequence[Turn]], seed: int, most: int) -> tuple[float, float, int]:
    """hits@1 on the held-out half before and after, and how many corrections were given."""
    from adapters.fit import Recipe, fit
    from adapters.signals import Material

    rng = np.random.default_rng(seed)
    order = rng.permutation(len(dialogues)).tolist()
    first, second = order[::2], order[1::2]
    known = [turn for at in first for turn in dialogues[at]]
    unseen = [turn for at in second for turn in dialogues[at]]
    drawn = [rng.permutation(len(unseen))[: OTHERS + 1].tolist() for _ in unseen]
    model.load(None)
    before = hits(model, unseen, drawn)
    known = [known[at] for at in rng.permutation(len(known))]
    model.relabel(list(dict.fromkeys(turn.reply for turn in known)))
    picked = model.predict([turn.talk for turn in known])
    wrong = [turn for turn, pick in zip(known, picked, strict=True) if pick.value != turn.reply][:most]
    labels = [Label(**SAID, input=turn.talk, op="is", value=turn.reply) for turn in wrong]
    fit(model, Material(new=labels), seed=seed, recipe=getattr(model, "recipe", None) or Recipe())
    return before, hits(model, unseen, drawn), len(labels)


def hits(model: Any, asked: Sequence[Turn], drawn: Sequence[Sequence[int]]) -> float:
    """The share of turns whose reply is likelier than nineteen others; `drawn`: numbers of turns to take those from."""
    model.relabel(list(dict.fromkeys(turn.reply for turn in asked)))
    right = []
    for turn, said, numbers in zip(asked, model.predict([turn.talk for turn in asked]), drawn, strict=True):
        others = dict.fromkeys(asked[at].reply for at in numbers)
        chances = [said.scores[reply] for reply in others if reply != turn.reply][:OTHERS]
        right.append(said.scores[turn.reply] > max(chances))
    return float(np.mean(right))


def read(path: Path) -> list[list[Turn]]:
    """The turns of each conversation that has any.

    Raises:
        UserError: the file is missing.
    """
    if not path.is_file():
        raise UserError(f"The file {str(path)!r} is missing", do="set SAYSO_DATA to where it is")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = [_turns(row["turns"]) for row in rows if row["corpus"] in CORPORA]
    return [turns for turns in found if turns]


def _turns(turns: Sequence[dict[str, str]]) -> list[Turn]:
    talk: list[dict[str, str]] = []
    found = []
    for turn in turns:
        said, reply = turn["utterance"].strip(), turn["response"].strip()
        if said:
            talk.append({"role": "user", "content": said})
        if said and reply:
            found.append(Turn(talk[-EARLIER:], reply))
        if reply:
            talk.append({"role": "assistant", "content": reply})
    return found


@bench
def hits_20() -> Benchmark:
    """Replies, learned from what should have been said."""
    return Benchmark(
        what="dialogue: hits@1 of 20 on conversations held out, gained by feeding corrections back",
        data="dialogue_feedback",
        people="simulated",
        reference="the same model before",
        target=0.01,
        better="higher",
        run=run,
    )

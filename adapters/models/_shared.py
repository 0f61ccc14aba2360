"""Several answers to one question in one row, so that the question is read once: preferences have two, samples many.

    prompt p1 p2 p3 | answer a1 a2 | answer b1 b2 b3      an answer sees the prompt and itself, and counts its
    place  0  1  2  |        3  4  |        3  4  5       places from the prompt's end

What comes out is what each gives in a row of its own; Wang & Hegde 2024 (arXiv 2410.20305) share prefixes so for DPO.
It needs a model that takes any attention mask, and whose layers remember nothing else: `can_share` tries it.

>>> packs([((1, 2), (3,)), ((5,), (6,)), ((1, 2), (4,))], shared=True)
[Pack(prompt=(1, 2), answers=((3,), (4,)), rows=(0, 2)), Pack(prompt=(5,), answers=((6,),), rows=(1,))]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

__all__ = ["Pack", "Row", "can_share", "inputs_of", "packs", "totals"]

Row = tuple[Sequence[int], Sequence[int]]
"""Token ids of a prompt, and of one answer with its end."""
MOST = 8
"""Answers in a row."""
NEAR = 0.02
"""How far a log-probability may be off, relatively, for the two ways to be the same: what bfloat16 loses."""


class Pack(NamedTuple):
    """A prompt with some answers; `rows`: which of the rows they are."""

    prompt: tuple[int, ...]
    answers: tuple[tuple[int, ...], ...]
    rows: tuple[int, ...]

    @property
    def said(self) -> int:
        """Tokens of all answers."""
        return sum(map(len, self.answers))

    @property
    def length(self) -> int:
        return len(self.prompt) + self.said


def packs(rows: Sequence[Row], shared: bool) -> list[Pack]:
    """The rows, those with the same prompt together where that is `shared`; in the order of their first."""
    groups: dict[tuple[int, ...], list[list[int]]] = {}
    for at, (prompt, _) in enumerate(rows):
        some = groups.setdefault(tuple(prompt), [[]])
        if some[-1] and (not shared or len(some[-1]) == MOST):
            some.append([])
        some[-1].append(at)
    made = [
        Pack(prompt, tuple(tuple(rows[at][1]) for at in numbers), tuple(numbers))
        for prompt, some in groups.items()
        for numbers in some
    ]
    return sorted(made, key=lambda pack: pack.rows[0])


def inputs_of(some: Sequence[Pack], pad: int, place: torch.device) -> dict[str, Tensor]:
    """What the model reads: (B, T) ids that end at the right, places, and an attention mask.

    The mask is (B, T), of what is no padding, where no prompt is shared, so that any model can read it; else
    (B, 1, T, T), added to the scores.
    """
    longest = max(pack.length for pack in some)
    ids = torch.full((len(some), longest), pad)
    part = torch.full((len(some), longest), -1)  # -1: padding, 0: the prompt, n: the n-th answer
    where = torch.zeros((len(some), longest), dtype=torch.long)
    for at, pack in enumerate(some):
        begin, prompt = longest - pack.length, len(pack.prompt)
        pieces = [pack.prompt, *pack.answers]
        ids[at, begin:] = torch.tensor([token for piece in pieces for token in piece])
        part[at, begin:] = torch.tensor([number for number, piece in enumerate(pieces) for _ in piece])
        starts = [0, *[prompt] * len(pack.answers)]
        places = [start + n for start, piece in zip(starts, pieces, strict=True) for n in range(len(piece))]
        where[at, begin:] = torch.tensor(places)
    mask = (part >= 0).long()
    if any(len(pack.answers) > 1 for pack in some):
        mask = _seen(part)
    return {"input_ids": ids.to(place), "attention_mask": mask.to(place), "position_ids": where.to(place)}


def _seen(part: Tensor) -> Tensor:
    """(B, 1, T, T) 0 where a token sees another, else the least number there is; padding sees itself, for it must see
    something."""
    length = part.shape[1]
    before = torch.ones(length, length, dtype=torch.bool).tril()
    own = (part[:, None, :] == part[:, :, None]) | (part[:, None, :] == 0)
    see = before & own & (part[:, None, :] >= 0) | torch.eye(length, dtype=torch.bool)
    return torch.where(see, 0.0, torch.finfo(torch.float32).min)[:, None]


def totals(logits: Tensor, some: Sequence[Pack]) -> Tensor:
    """(A,) log-probability in nats of each answer, pack by pack.

    Args:
        logits: (B, K, V) of the last K tokens, where K is one more than the most tokens of a pack's answers.
    """
    kept = logits.shape[1]
    row: list[int] = []
    source: list[int] = []
    token: list[int] = []
    owner: list[int] = []
    answers = [(at, pack, answer) for at, pack in enumerate(some) for answer in pack.answers]
    done = 0
    for number, (at, pack, answer) in enumerate(answers):
        done = done if number and answers[number - 1][0] == at else 0
        begin = kept - pack.said + done
        # the first token of an answer follows the prompt, whatever stands between them
        source += [kept - pack.said - 1, *range(begin, begin + len(answer) - 1)]
        row += [at] * len(answer)
        token += answer
        owner += [number] * len(answer)
        done += len(answer)
    chosen = logits[row, source].float()
    each = chosen.gather(1, torch.tensor(token, device=logits.device)[:, None])[:, 0] - chosen.logsumexp(1)
    return torch.zeros(len(answers), device=logits.device).index_add(0, torch.tensor(owner, device=logits.device), each)


@torch.no_grad()
def can_share(config: Any, window: int, score: Callable[[Sequence[Pack]], Tensor]) -> bool:
    """Whether shared prompts give what single ones do.

    Args:
        config: of the model; one that looks back only so far would be made to look further.
        score: the totals of packs.
    """
    near = getattr(config, "sliding_window", None)
    if near and near < window:
        return False
    size = int(config.vocab_size)
    random = torch.Generator().manual_seed(0)
    one, two, three = (torch.randint(size, (n,), generator=random).tolist() for n in (7, 5, 3))
    rows: list[Row] = [(one, two), (one, three)]
    try:
        together = score(packs(rows, shared=True))
    except (RuntimeError, ValueError, TypeError):
        return False  # a model of another kind may refuse such a mask in many ways
    alone = score(packs(rows, shared=False))
    return bool(torch.allclose(together, alone, rtol=NEAR, atol=NEAR))

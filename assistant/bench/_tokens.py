"""Tokens with tags: read, damaged on purpose, and judged by light heads on the embedded encoder's states.

read(path)                     -> [Sentence(words=("Empire", "State", …), tags=("B-location", "I-location", …)), …]
damage(sentences, share, rng)  -> [Damaged(tags=(…), errors=((0, 2),)), …]: a third each with a wrong type, missed,
                                  at a wrong place (half of those moved by a token, half invented)
heads(words, states, tags, …)  -> (S, T, C) out-of-fold probabilities, the folds by sentence
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.review.rank import Floats, Ints
from assistant.review.tags import entities

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Sentence", "damage", "heads", "names", "read", "states"]

FOLDS = 5
LAYERS = (2, 4, 6)
WIDTH, HASHES = 256, 2**13
STEPS, PULL, SCALE = 30, 3e-5, 20.0
"""Of the heads: steps of L-BFGS, the pull to zero, and what a feature of length 1 says per unit of weight, in nats."""


@dataclass(frozen=True)
class Sentence:
    """`errors`: the tokens [start, end) of each error that was planted."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    errors: tuple[tuple[int, int], ...] = ()


def read(path: Path) -> list[Sentence]:
    """Two columns by a tab, an empty line after each sentence."""
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip())
    rows = [[line.split("\t") for line in block.splitlines() if line.strip()] for block in blocks]
    return [Sentence(tuple(r[0] for r in some), tuple(r[1].strip() for r in some)) for some in rows]


def names(sentences: Sequence[Sentence]) -> list[str]:
    kinds = sorted({tag[2:] for one in sentences for tag in one.tags if tag != "O"})
    return ["O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI")]


# --- errors ------------------------------------------------------------------------------------------------


def damage(sentences: Sequence[Sentence], share: float, rng: np.random.Generator) -> list[Sentence]:
    """As many errors as `share` of the entities, at most one in a sentence."""
    kinds = sorted({kind for one in sentences for _, _, kind in entities(one.tags)})
    there = [(at, *found) for at, one in enumerate(sentences) for found in entities(one.tags)]
    wanted, made, done = round(share * len(there)), 0, dict[int, Sentence]()
    for place in rng.permutation(len(there)):
        at, start, end, kind = there[int(place)]
        how = ("type", "missed", "moved" if made % 6 == 2 else "invented")[made % 3]
        if how == "invented":
            at = int(rng.integers(len(sentences)))
        if made == wanted:
            break
        hurt = None if at in done else _hurt(sentences[at], how, start, end, kind, kinds, rng)
        if hurt is not None:
            done[at] = hurt
            made += 1
    return [done.get(at, one) for at, one in enumerate(sentences)]


def _hurt(
    one: Sentence, how: str, start: int, end: int, kind: str, kinds: Sequence[str], rng: np.random.Generator
) -> Sentence | None:
    """The sentence with one error, or None where this can't be done to it."""
    tags = list(one.tags)
    if how == "type":
        kind = str(rng.choice([other for other in kinds if other != kind]))
        tags[start:end] = _named(kind, end - start)
    elif how == "missed":
        tags[start:end] = ["O"] * (end - start)
    elif how == "moved":
        longer = end < len(tags) and tags[end] == "O"
        if not longer and end - start == 1:
            return None
        end = end + 1 if longer else end
        tags[start:end] = _named(kind, end - start) if longer else [*_named(kind, end - start - 1), "O"]
        return replace(one, tags=tuple(tags), errors=((end - 1, end),))
    else:
        start = int(rng.integers(len(tags)))
        end = min(len(tags), start + int(rng.integers(1, 3)))
        if any(tag != "O" for tag in tags[max(0, start - 1) : end + 1]):
            return None
        tags[start:end] = _named(str(rng.choice(kinds)), end - start)
    return replace(one, tags=tuple(tags), errors=((start, end),))


def _named(kind: str, length: int) -> list[str]:
    return [f"{'I' if at else 'B'}-{kind}" for at in range(length)]


# --- models ------------------------------------------------------------------------------------------------


def states(sentences: Sequence[Sentence], encoder: str | None = None) -> Floats:
    """(T, `WIDTH`) of all tokens, of length about 1: the mean of the pieces of a word in some layers, the directions
    in which they differ most."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    from adapters.loading import loading
    from adapters.models._encoder import embedded_folder

    place = encoder or str(embedded_folder())
    with loading():
        tokenizer, model = AutoTokenizer.from_pretrained(place), AutoModel.from_pretrained(place).eval()
    order = sorted(range(len(sentences)), key=lambda at: len(sentences[at].words))
    found: dict[int, Any] = {}
    for first in range(0, len(order), 32):
        some = order[first : first + 32]
        split = [list(sentences[at].words) for at in some]
        read = tokenizer(split, is_split_into_words=True, return_tensors="pt", padding=True, truncation=True)
        with torch.no_grad():
            layers = model(**read, output_hidden_states=True).hidden_states
        chosen = [torch.nn.functional.normalize(layers[min(one, len(layers) - 1)], dim=-1) for one in LAYERS]
        hidden = torch.cat(chosen, -1).numpy()
        for row, at in enumerate(some):
            found[at] = _by_word(hidden[row], read.word_ids(row), len(sentences[at].words))
    return _narrow(np.concatenate([found[at] for at in range(len(sentences))]))


def _by_word(hidden: Any, word_ids: Sequence[int | None], words: int) -> Any:
    """(words, D); what was cut off is zero."""
    sums, counts = np.zeros((words, hidden.shape[1]), np.float32), np.zeros(words)
    for at, word in enumerate(word_ids):
        if word is not None:
            sums[word] += hidden[at]
            counts[word] += 1
    return sums / np.maximum(counts, 1)[:, None]


def _narrow(wide: Any) -> Floats:
    wide = (wide - wide.mean(0)) / (wide.std(0) + 1e-3)
    _, directions = np.linalg.eigh(wide[::4].T @ wide[::4])
    narrow = wide @ directions[:, ::-1][:, :WIDTH]
    return np.asarray(narrow / np.sqrt((narrow**2).sum(1).mean()), dtype=np.float64)


def spelling(sentences: Sequence[Sentence]) -> csr_matrix:
    """(T, `HASHES`): how a word, and those beside it, are written, which the encoder can't see: it lower-cases."""
    from scipy.sparse import csr_matrix

    rows, columns, token = [], [], 0
    for one in sentences:
        said = [_written(word) for word in one.words]
        for at in range(len(said)):
            for shift in (-1, 0, 1):
                for part in said[at + shift] if 0 <= at + shift < len(said) else ("edge",):
                    rows.append(token)
                    columns.append(zlib.crc32(f"{shift}{part}".encode()) % HASHES)
            token += 1
    return csr_matrix((np.full(len(rows), 0.25, np.float32), (rows, columns)), shape=(token, HASHES))


def _written(word: str) -> tuple[str, ...]:
    shape = re.sub(r"[A-Z]+", "X", re.sub(r"[a-z]+", "x", re.sub(r"\d+", "0", word)))[:6]
    return (f"s{shape}", f"p{word[:3].lower()}", f"e{word[-3:].lower()}", f"w{word.lower()}")


def heads(found: Floats, written: csr_matrix, given: Ints, sentence: Ints, classes: int, seed: int) -> Floats:
    """(2, T, C) out-of-fold probabilities of two heads: of the states, and of the states with the spelling.

    Args:
        sentence: (T,) of which sentence each token is: all of it is in one fold.
    """
    rng = np.random.default_rng(seed)
    said = np.zeros((2, len(given), classes))
    for view in range(2):
        fold = (rng.permutation(sentence.max() + 1) % FOLDS)[sentence]
        for at in range(FOLDS):
            inside, outside = fold == at, fold != at
            words = (written[outside], written[inside]) if view else (None, None)
            said[view, inside] = _head(found[outside], words[0], given[outside], found[inside], words[1], classes)
    return said


def _head(states: Floats, words: Any, given: Ints, asked: Floats, asked_words: Any, classes: int) -> Floats:
    """Multinomial logistic regression, by L-BFGS."""
    import torch
    from torch.nn.functional import cross_entropy

    dense = torch.tensor(states, dtype=torch.float32)
    weights = torch.zeros(dense.shape[1], classes, requires_grad=True)
    spelt = torch.zeros(HASHES if words is not None else 0, classes, requires_grad=True)
    bias, truth = torch.zeros(classes, requires_grad=True), torch.tensor(given)
    optimiser = torch.optim.LBFGS([weights, spelt, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def logits(dense: Any, sparse: Any) -> Any:
        plain = SCALE * dense @ weights + bias
        return plain if sparse is None else plain + SCALE * _Sparse.apply(sparse, spelt)  # type: ignore[no-untyped-call]

    class _Sparse(torch.autograd.Function):
        """A sparse table by a dense one, by scipy, which is quicker at it and is no beta."""

        @staticmethod
        def forward(ctx: Any, sparse: Any, table: Any) -> Any:
            ctx.sparse = sparse
            return torch.from_numpy(sparse @ table.detach().numpy())

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return None, torch.from_numpy(ctx.sparse.T @ gradient.contiguous().numpy())

    def loss() -> Any:
        optimiser.zero_grad()
        pull = PULL * ((weights**2).sum() + (spelt**2).sum())
        total = cross_entropy(logits(dense, words), truth) + pull
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        said = logits(torch.tensor(asked, dtype=torch.float32), asked_words).softmax(-1)
    return np.asarray(said.numpy(), dtype=np.float64)

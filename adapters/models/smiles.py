"""A model that writes molecules as SMILES, and can be taught by talking: a small causal transformer with LoRA.

An input is how a SMILES should begin, "" or None for any molecule, or a scaffold with open places `*`, each of which
gets something to stand there; asked n times for the same, it gives n molecules. A value is a SMILES; `logp` is that of
its canonical form, the same however it was written:

>>> model = smiles()                                      # doctest: +SKIP
>>> [p.value for p in model.predict([""] * 3)]            # doctest: +SKIP
['CCOC(=O)c1ccc(NC(=O)C2CC2)cc1', 'Cc1nc(-c2ccco2)no1', 'O=C(Nc1ccccc1F)N1CCOCC1']
>>> model.predict(["*c1ccnc(*)c1"])[0].value              # doctest: +SKIP
'CNC(=O)c1ccnc(Cl)c1'
>>> model.logp([""], ["C1CC1c1ccccc1"])                   # doctest: +SKIP
tensor([-28.4], grad_fn=...)

The weights that ship were trained by `sayso train-prior`; `base` names any other causal model over SMILES, on the hub
or in a folder.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from adapters.device import device, fast_type, on_gpu
from adapters.models import _smiles_grow as grow
from adapters.models import family
from adapters.models._lora import Lora
from adapters.models._smiles_decoder import Decoder, packed
from adapters.models._smiles_load import load, marks
from adapters.models._smiles_sample import Grammar, draw_each
from adapters.models._smiles_tokens import encode, split
from assistant.errors import UserError
from assistant.types import Evidence, Highlight, Prediction

if TYPE_CHECKING:
    from adapters.fit import Recipe

__all__ = ["EMBEDDED", "Smiles", "smiles"]

EMBEDDED = Path(__file__).parent / "data" / "smiles"
ROUNDS = 8
"""How often what came out invalid is drawn again; what is left then is None."""
RATE = 5e-3
"""AdamW's, of the LoRA matrices."""
BATCH, BATCH_GPU = 32, 256
"""Rows of a forward pass at most. They go by length, so that on a CPU smaller ones have less padding to multiply."""


@family
def smiles(base: str | None = None, rank: int = 16) -> Smiles:
    """A generator of molecules; `base` is a causal model over SMILES, None: the embedded one."""
    return Smiles(base, rank)


class Smiles(Lora):
    """See the module.

    Args:
        base: a name on the hub or a folder.
        rank: of the LoRA matrices, which are beside every matrix of every layer.
    """

    def __init__(self, base: str | None = None, rank: int = 16) -> None:
        model, self.tokenizer = load(base, EMBEDDED)
        super().__init__(model, base or "smiles", rank)
        self.begin, self.anywhere, self.end = marks(self.tokenizer)
        self.tokens: list[str] = self.tokenizer.convert_ids_to_tokens(range(len(self.tokenizer)))
        self.grammar = Grammar.of(self.tokens, self.end)
        self._known = set(self.tokens)
        self._learning = False
        self._base_decoder: Decoder | None = None

    # --- the contract of a model -----------------------------------------------------------------------

    def predict(self, inputs: Sequence[Any]) -> list[Prediction]:
        """Valid molecules as canonical SMILES; the score is the geometric mean of the tokens' probabilities.

        One grown from a scaffold has it as a substructure. A value is None where nothing valid came.
        """
        asked = [_beginning(one) for one in inputs]
        found: dict[str, list[Prediction]] = {one: [] for one in asked}
        for _ in range(ROUNDS):
            left = [one for one, count in Counter(asked).items() for _ in range(count - len(found[one]))]
            if not left:
                break
            more = [*left, *left[::10]]  # a tenth too many: not every one is valid
            for one, (said, logp) in zip(more, self.write(more), strict=True):
                value = self._accepted(one, said)
                if said and value:
                    score = math.exp(logp / (len(encode(self.tokenizer, [said])[0]) + 1))
                    found[one].append(Prediction(value=value, score=min(1.0, score)))
        return [found[one].pop(0) if found[one] else Prediction(value=None) for one in asked]

    def logp(self, inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
        """(B,) log-probability in nats of each molecule. How it was asked to begin takes nothing off: that would be
        the same for all that begin so."""
        for one in inputs:
            _beginning(one)
        if not len(values):
            return torch.zeros(0, device=device())
        unique = list(dict.fromkeys(values))
        row = {value: index for index, value in enumerate(unique)}
        ids = encode(self.tokenizer, [canonical(value) for value in unique])
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        size = BATCH_GPU if on_gpu() else BATCH
        parts = [self._scored([ids[i] for i in order[at : at + size]]) for at in range(0, len(order), size)]
        back = torch.tensor(order, device=device()).argsort()
        return torch.cat(parts)[back[torch.tensor([row[value] for value in values], device=device())]]

    def explain(self, input: Any, value: Any) -> tuple[Highlight, ...]:
        """Nothing: what a molecule was made from is in no part of the input."""
        return ()

    def without(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return input

    def only(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return None

    def values(self) -> tuple[str, ...]:
        return ()

    def relabel(self, labels: Sequence[str]) -> None:
        """Molecules can't be listed."""

    def embed(self, inputs: Sequence[Any]) -> np.ndarray[Any, Any]:
        """The mean over the tokens of the last hidden layer; of molecules, or of how they begin."""
        if not len(inputs):
            return np.zeros((0, int(self.peft.get_base_model().config.hidden_size)), dtype=np.float32)
        with torch.no_grad():
            ids, mask = self._padded(encode(self.tokenizer, [canonical(grow.shown(_beginning(one))) for one in inputs]))
            states = self.peft(input_ids=ids, output_hidden_states=True, use_cache=False).hidden_states[-1].float()
            means = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return np.asarray(nn.functional.normalize(means, dim=-1).cpu().numpy(), dtype=np.float32)

    def calibrate(self, inputs: Sequence[Any], values: Sequence[Any]) -> None:
        """Nothing: a score is no chance of being right."""

    def train(self, deep: bool) -> None:
        """While it learns, `logp` is computed in bfloat16 where that is faster; there is no dropout."""
        self._learning = deep

    def logp_evidence(self, inputs: Sequence[Any], evidence: Sequence[Sequence[Evidence]]) -> Tensor:
        """Zeros: there is nothing to point at in an input."""
        return torch.zeros(len(inputs), device=device())

    # --- beyond the contract ----------------------------------------------------------------------------

    @property
    def recipe(self) -> Recipe:
        """How it is best trained."""
        from adapters.fit import Recipe

        return Recipe(settle=0, passes=1, most_steps=1000, inner_rate=RATE, weight_decay=0.0)

    def sample(self, count: int, begin: str = "", temperature: float = 1.0) -> list[tuple[str | None, float]]:
        """`count` SMILES that begin as told, or grow from this scaffold; see `write`."""
        return self.write([begin] * count, temperature)

    def write(self, inputs: Sequence[Any], temperature: float = 1.0) -> list[tuple[str | None, float]]:
        """For each input a SMILES as the model writes it, valid or not, and its log-probability in nats.

        One that did not end is None. How it was asked to begin is in the probability; of what grew at several places
        it is that of the last. All are drawn together.
        """
        asked = [_beginning(one) for one in inputs]
        said: list[tuple[str | None, float]] = [(one, 0.0) for one in asked]
        decoder = self._decoder(self.peft.get_base_model())
        self._go_on(decoder, said, {at: one for at, one in enumerate(asked) if grow.PLACE not in one}, temperature)
        state = random.Random(int(torch.randint(2**31, (1,))))
        growing = [at for at, one in enumerate(asked) if grow.PLACE in one]
        while begun := {at: grow.begun(one, state) for at in growing if (one := said[at][0]) and grow.PLACE in one}:
            said[:] = [(None, 0.0) if begun.get(at, "") is None else one for at, one in enumerate(said)]
            self._go_on(decoder, said, {at: one for at, one in begun.items() if one is not None}, temperature, True)
        return said

    # --- inside -----------------------------------------------------------------------------------------

    def _go_on(
        self, decoder: Decoder, said: list[tuple[str | None, float]], begun: dict[int, str], temperature: float,
        growing: bool = False,
    ) -> None:  # fmt: skip
        """Put into `said` how these beginnings go on."""
        ids = encode(self.tokenizer, [grow.shown(one) for one in begun.values()])
        begins = [[self.anywhere if one else self.begin, *one] for one in ids]
        drawn = draw_each(
            decoder, begins, self.end, grammar=self.grammar, temperature=temperature,
            barred=self._never(growing), first=self._not_first() if growing else (),
        )  # fmt: skip
        for (at, text), begin, one in zip(begun.items(), begins, drawn, strict=True):
            said[at] = (None if one.ids is None else text + self._text(one.ids[len(begin) - 1 :]), one.logp)

    def _accepted(self, asked: str, said: str | None) -> str:
        """The molecule in canonical form, "" if it is none, or not what was asked for."""
        value = canonical(said, strict=True) if said else ""
        if not value or not self._can_write(value) or (grow.PLACE in asked and not grow.contains(asked, value)):
            return ""
        return value

    def _can_write(self, value: str) -> bool:
        """Whether the canonical form has no token that is unknown, as that of an odd molecule may."""
        return self.grammar is None or all(token in self._known for token in split(value))

    def _decoder(self, model: Any) -> Decoder:
        if self.adapted:
            return packed(model, True)  # anew: a training changes the matrices in place
        if self._base_decoder is None:
            self._base_decoder = packed(model, False)
        return self._base_decoder

    def _text(self, ids: Sequence[int]) -> str:
        if self.grammar:
            return "".join(self.tokens[token] for token in ids)
        return str(self.tokenizer.decode(ids, skip_special_tokens=True)).replace(" ", "")

    def _never(self, growing: bool) -> list[int]:
        """Tokens that are never said; what grows from a scaffold is one molecule, without open places."""
        marks = {token for token in self.tokenizer.all_special_ids if token != self.end}
        return sorted(marks | {at for at, token in enumerate(self.tokens) if growing and token in (".", grow.PLACE)})

    def _not_first(self) -> list[int]:
        """An open place is filled: with an atom, and not by a ring or a bond of another order."""
        loose = [at for at, token in enumerate(self.tokens) if token != "-" and not grow.is_atom(token)]
        return sorted({self.end, *loose}) if self.grammar else [self.end]

    def _scored(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """(B,) log-probability of token ids, with their end."""
        padded, mask = self._padded([[*one, self.end] for one in ids])
        with torch.autocast(device().type, torch.bfloat16, self._learning and fast_type() == torch.bfloat16):
            logits = self.peft(input_ids=padded[:, :-1], use_cache=False).logits.float()
        each = logits.log_softmax(-1).gather(2, padded[:, 1:, None])[..., 0]
        total: Tensor = (each * mask[:, 1:]).sum(1)
        return total

    def _padded(self, ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """(B, T) ids behind the mark, and which of them count. Padding is at the right: no token before sees it."""
        rows = [torch.tensor([self.begin, *one]) for one in ids]
        lengths = torch.tensor([len(row) for row in rows])
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self.end)
        mask = torch.arange(padded.shape[1])[None] < lengths[:, None]
        return padded.to(device()), mask.to(device())


def _beginning(input: Any) -> str:
    if input is None or isinstance(input, str):
        begin = (input or "").strip()
        return grow.checked(begin) if grow.PLACE in begin else begin
    raise UserError(f"{input!r} is no beginning of a SMILES", "it is text, empty for any molecule")


@lru_cache(maxsize=100_000)
def canonical(smiles: str, strict: bool = False) -> str:
    """The canonical SMILES; of what is no molecule, itself, or with `strict` nothing."""
    from rdkit import Chem, rdBase

    if not isinstance(smiles, str):
        raise UserError(f"{smiles!r} is no SMILES", "it is text such as CCO")
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles) if smiles else None
    if molecule is None:
        return "" if strict else smiles
    return str(Chem.MolToSmiles(molecule))

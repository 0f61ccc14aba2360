"""A causal model at work on many rows, a token at a time: a Llama written as one tight loop, others as they are.

Weights are packed once (LoRA merged in; query, key and value in one product, gate and up in another), in bfloat16
where the processor multiplies it twice as fast; keys and values are written into buffers that grow by blocks. Models
of another build than Llama's go by transformers' own forward.

>>> decoder = packed(model, adapted=True)                   # doctest: +SKIP
>>> decoder.begin(rows=64, most=128)                        # doctest: +SKIP
>>> decoder.step(torch.full((64,), begin)).shape            # doctest: +SKIP
torch.Size([64, 86])
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from adapters.device import device, fast_type

__all__ = ["Decoder", "packed"]

BLOCK = 16
"""By how many tokens the room for keys and values grows: whole buffers multiply three times as fast as parts."""


class Decoder(Protocol):
    """A model at work on rows that are all at the same position."""

    def begin(self, rows: int, most: int) -> None:
        """Room for `rows` sequences of `most` tokens."""

    def step(self, tokens: Tensor) -> Tensor:
        """(B, V) float32 logits of the tokens that follow these (B,)."""

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows alone."""


def packed(model: Any, adapted: bool) -> Decoder:
    """A causal model of transformers, with its LoRA matrices if `adapted`, ready to be sampled."""
    config = model.config
    usual = (getattr(config, "rope_parameters", None) or {}).get("rope_type", "default") == "default"
    plain = not getattr(config, "attention_bias", False) and not getattr(config, "mlp_bias", False)
    if config.model_type == "llama" and usual and plain and config.hidden_act == "silu":
        return _Llama(model, adapted)
    return _Other(model)


class _Layer(NamedTuple):
    """The weights of a layer, transposed: (inputs, outputs)."""

    before_attention: Tensor
    qkv: Tensor
    out: Tensor
    before_feed: Tensor
    gate_up: Tensor
    down: Tensor


class _Llama:
    """A Llama (Touvron et al. 2023) with grouped queries: RMS norms, rotary positions, SwiGLU."""

    def __init__(self, model: Any, adapted: bool) -> None:
        config, kind = model.config, fast_type()
        self.heads, self.shared = config.num_attention_heads, config.num_key_value_heads
        self.size = getattr(config, "head_dim", None) or config.hidden_size // self.heads
        self.eps, self.kind = config.rms_norm_eps, kind

        def join(*parts: nn.Module) -> Tensor:
            return torch.cat([_weight(part, adapted) for part in parts]).T.contiguous().to(kind)

        def norm(part: Any) -> Tensor:
            return torch.as_tensor(part.weight.detach()).to(kind)

        with torch.no_grad():
            self.embedded = model.model.embed_tokens.weight.detach().to(kind)
            self.layers = [
                _Layer(
                    norm(layer.input_layernorm),
                    join(layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj),
                    join(layer.self_attn.o_proj),
                    norm(layer.post_attention_layernorm),
                    join(layer.mlp.gate_proj, layer.mlp.up_proj),
                    join(layer.mlp.down_proj),
                )
                for layer in model.model.layers
            ]
            self.norm, self.head = norm(model.model.norm), join(model.lm_head)
        theta = (getattr(config, "rope_parameters", None) or {}).get("rope_theta", 10_000.0)
        speeds = theta ** (-torch.arange(0, self.size, 2, device=device()) / self.size)
        self.speeds = torch.cat([speeds, speeds])

    def begin(self, rows: int, most: int) -> None:
        angles = torch.arange(most, device=device())[:, None] * self.speeds
        sign = torch.ones(self.size, device=device())
        sign[: self.size // 2] = -1
        self.cos, self.sin = angles.cos().to(self.kind), (sign * angles.sin()).to(self.kind)
        shape = (rows * self.shared, BLOCK, self.size)
        self.keys = [torch.zeros(shape, dtype=self.kind, device=device()) for _ in self.layers]
        self.values = [torch.zeros(shape, dtype=self.kind, device=device()) for _ in self.layers]
        self.unwritten = torch.full((1, 1, most + BLOCK), -torch.inf, dtype=self.kind, device=device())
        self.at = 0

    def step(self, tokens: Tensor) -> Tensor:
        if self.at == self.keys[0].shape[1]:
            self.keys, self.values = ([_longer(one) for one in some] for some in (self.keys, self.values))
        self.unwritten[..., self.at] = 0
        x = self.embedded[tokens]
        for index, layer in enumerate(self.layers):
            x = torch.addmm(x, self._attend(index, layer, x), layer.out)
            gate, up = (self._norm(x, layer.before_feed) @ layer.gate_up).chunk(2, -1)
            x = torch.addmm(x, nn.functional.silu(gate).mul_(up), layer.down)
        self.at += 1
        return (self._norm(x, self.norm) @ self.head).float()

    def _attend(self, index: int, layer: _Layer, x: Tensor) -> Tensor:
        """(B, heads x size)"""
        rows, at = len(x), self.at
        qkv = (self._norm(x, layer.before_attention) @ layer.qkv).view(rows, -1, self.size)
        turned = qkv[:, : self.heads + self.shared]
        halves = torch.cat([turned[..., self.size // 2 :], turned[..., : self.size // 2]], -1)
        turned = torch.addcmul(turned * self.cos[at], halves, self.sin[at])
        # the heads that share a key are rows of one small product
        keys, values = self.keys[index], self.values[index]
        keys[:, at] = turned[:, self.heads :].reshape(-1, self.size)
        values[:, at] = qkv[:, self.heads + self.shared :].reshape(-1, self.size)
        queries = turned[:, : self.heads].reshape(rows * self.shared, -1, self.size)
        unwritten = self.unwritten[..., : keys.shape[1]]
        scores = torch.baddbmm(unwritten, queries, keys.transpose(1, 2), alpha=self.size**-0.5)
        return torch.bmm(scores.softmax(-1), values).view(rows, -1)

    def keep(self, rows: Tensor) -> None:
        for buffers in (self.keys, self.values):
            for index, buffer in enumerate(buffers):
                split = buffer.view(-1, self.shared, *buffer.shape[1:])
                buffers[index] = split[rows].flatten(0, 1)

    def _norm(self, x: Tensor, weight: Tensor) -> Tensor:
        return nn.functional.rms_norm(x, weight.shape, weight, self.eps)


def _longer(buffer: Tensor) -> Tensor:
    """With room for another block of tokens; zeros, since what is masked is still multiplied."""
    return nn.functional.pad(buffer, (0, 0, 0, BLOCK))


def _weight(part: Any, adapted: bool) -> Tensor:
    """(outputs, inputs) of a linear layer, with its LoRA matrices merged in."""
    if not hasattr(part, "base_layer"):
        return torch.as_tensor(part.weight.detach())
    weight = torch.as_tensor(part.base_layer.weight.detach())
    return weight + part.get_delta_weight("default").detach() if adapted else weight


class _Other:
    """Any causal model, by transformers' own forward; whether its adapter is on, the caller says."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def begin(self, rows: int, most: int) -> None:
        self.cache: Any = None

    def step(self, tokens: Tensor) -> Tensor:
        out = self.model(input_ids=tokens[:, None], cache=self.cache, use_cache=True)
        self.cache = out.cache
        return torch.as_tensor(out.logits[:, -1]).float()

    def keep(self, rows: Tensor) -> None:
        self.cache.batch_select_indices(rows)

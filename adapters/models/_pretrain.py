"""How the small models that ship are trained from nothing: a Llama of some million parameters, on tokens.

The matrices of the layers follow Muon (Jordan et al. 2024; its rate is AdamW's, Liu et al. 2025): after 120 steps of 64
molecules the held-out loss was .90 nats per token, with AdamW alone 1.34. One cycle (Smith & Topin 2017), in bfloat16
where the processor has it. Batches depend on the seed and the step alone, and a checkpoint holds weights and moments,
so that a training that was stopped goes on as if it had not been.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from adapters.device import device, fast_type, on_gpu
from assistant.errors import UserError

__all__ = ["Course", "Plan", "Say", "loss_of", "padded", "pretrain", "save"]

CHECKPOINT = "checkpoint.safetensors"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How to train. `held`: the share of texts that are only measured on; the rest is the model's shape."""

    epochs: float = 4
    batch: int = 128
    rate: float = 5e-3
    warm_up: float = 0.03
    weight_decay: float = 0.05
    held: float = 0.005
    seed: int = 0
    width: int = 320
    layers: int = 5
    heads: int = 5
    shared: int = 1
    """How many heads keys and values have: fewer are read faster when sampling."""
    inner: int = 864
    looks: float = 8
    """How often in an epoch samples are looked at, and a checkpoint is written."""
    looked: int = 512
    """How many samples each look draws."""


@dataclass(frozen=True)
class Course:
    """What is read, and how far it got.

    Args:
        tokenizer: has marks for the beginning, the end and padding.
        batches: the (B, T) padded ids of the steps from the first to before the last.
        per_epoch: steps in an epoch.
        look: figures of the model as it is, "held" [nats per token] among them.
        tell: those figures in words.
        weigh: (B, T) how much each token of such ids counts; None: all alike.
    """

    tokenizer: Any
    batches: Callable[[int, int], Iterator[Tensor]]
    per_epoch: int
    look: Callable[[Any], dict[str, float]]
    tell: Callable[[dict[str, float]], str]
    weigh: Callable[[Tensor], Tensor] | None = None


def pretrain(course: Course, plan: Plan, window: int, work: Path, say: Say = print) -> tuple[Any, dict[str, float]]:
    """The trained model, and the figures of the last look, with "loss" of the last stretch [nats per token].

    Args:
        window: how many tokens the model reads at most.
        work: where the checkpoint lies; if it has one of the same plan, the training goes on from it.

    Raises:
        UserError: the checkpoint is of another plan.
    """
    model = _model(plan, course.tokenizer, window)
    optimizers = _optimizers(model, plan)
    done = _resume(work, plan, model, optimizers, say)
    steps = round(plan.epochs * course.per_epoch)
    part = max(1, round(course.per_epoch / plan.looks))
    figures: dict[str, float] = {}
    while done < steps or not figures:
        until = min(steps, (done // part + 1) * part)
        begun = time.monotonic()
        loss, tokens = _run(model, course, optimizers, plan, (done, until), steps)
        seconds = time.monotonic() - begun
        done = until
        _checkpoint(work, plan, done, model, optimizers)
        figures = {"loss": loss, **course.look(model.eval())}
        left = seconds * (steps - done) / max(1, part) / 60
        say(
            f"epoch {done / course.per_epoch:.2f}/{plan.epochs:g}: loss {loss:.3f}, {course.tell(figures)}, "
            f"{tokens / max(seconds, 1e-9):,.0f} tokens/s, {left:.0f} min left"
        )
    return model, figures


def padded(ids: Sequence[Sequence[int]], tokenizer: Any) -> Tensor:
    """(B, T) ids, padded at the right."""
    rows = [torch.tensor(one) for one in ids]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=tokenizer.pad_token_id).to(device())


# --- steps ---------------------------------------------------------------------------------------------------


def _model(plan: Plan, made: Any, window: int) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(plan.seed)
    config = LlamaConfig(
        vocab_size=len(made), hidden_size=plan.width, num_hidden_layers=plan.layers, num_attention_heads=plan.heads,
        num_key_value_heads=plan.shared, intermediate_size=plan.inner, max_position_embeddings=window,
        tie_word_embeddings=True, bos_token_id=made.bos_token_id, eos_token_id=made.eos_token_id,
        pad_token_id=made.pad_token_id,
    )  # fmt: skip
    model = LlamaForCausalLM(config).to(device())
    # on a CPU the fused attention's gradients take six times as long as plain products in bfloat16
    model.set_attn_implementation("sdpa" if on_gpu() else "eager")
    return model


Optimizers = Sequence[torch.optim.Optimizer]


def _optimizers(model: nn.Module, plan: Plan) -> Optimizers:
    """Muon for the matrices within the layers, AdamW for the embedding and the norms."""
    inside = [p for name, p in model.named_parameters() if p.ndim > 1 and ".layers." in name]
    known = set(map(id, inside))
    rest = [p for p in model.parameters() if id(p) not in known]
    return (
        torch.optim.Muon(inside, weight_decay=plan.weight_decay, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, weight_decay=0.0, betas=(0.9, 0.95), fused=True),
    )


def _run(
    model: Any, course: Course, optimizers: Optimizers, plan: Plan, span: tuple[int, int], steps: int
) -> tuple[float, int]:
    """Take the steps of `span`; the mean loss in nats per token, and how many tokens were read."""
    model.train()
    pad = course.tokenizer.pad_token_id
    total, tokens = torch.zeros((), device=device()), 0
    for step, ids in enumerate(course.batches(*span), span[0]):
        for group in (group for each in optimizers for group in each.param_groups):
            group["lr"] = plan.rate * _cycle(step / steps, plan.warm_up)
        loss = loss_of(model, ids, pad, course.weigh)
        model.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        total += loss.detach()
        tokens += int((ids[:, 1:] != pad).sum())
    return float(total) / max(1, span[1] - span[0]), tokens


def _cycle(share: float, warm_up: float) -> float:
    """The rate, in [0, 1]: up, and linearly down to zero."""
    return share / warm_up if share < warm_up else (1 - share) / (1 - warm_up)


def loss_of(model: Any, ids: Tensor, pad: int, weigh: Callable[[Tensor], Tensor] | None = None) -> Tensor:
    """The mean over the tokens that are no padding, in nats; weighted, where some count more."""
    kind = fast_type()
    with torch.autocast(device().type, dtype=torch.bfloat16, enabled=kind == torch.bfloat16):
        logits = model(input_ids=ids[:, :-1], use_cache=False).logits
    logits, said = logits.flatten(0, 1).float(), ids[:, 1:].flatten()
    if weigh is None:
        return nn.functional.cross_entropy(logits, said, ignore_index=pad)
    weights = weigh(ids)[:, 1:].flatten() * (said != pad)
    each = nn.functional.cross_entropy(logits, said, reduction="none")
    return (each * weights).sum() / weights.sum()


# --- files ---------------------------------------------------------------------------------------------------


def _checkpoint(work: Path, plan: Plan, done: int, model: nn.Module, optimizers: Optimizers) -> None:
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {}
    for name, parameter in model.named_parameters():
        tensors[f"value.{name}"] = parameter.detach().cpu().clone()
        for key, moment in _state(optimizers, parameter).items():
            tensors[f"{key}.{name}"] = torch.as_tensor(moment).detach().cpu().clone()
    aside = work / f"{CHECKPOINT}.new"
    save_file(tensors, aside, {"step": str(done), "plan": json.dumps(asdict(plan))})
    aside.replace(work / CHECKPOINT)


def _resume(work: Path, plan: Plan, model: nn.Module, optimizers: Optimizers, say: Say) -> int:
    """Take up the checkpoint, if there is one; how many steps were done."""
    from safetensors import safe_open

    path = work / CHECKPOINT
    if not path.exists():
        return 0
    with safe_open(path, "pt") as file:
        kept = file.metadata()
        if json.loads(kept["plan"]) != asdict(plan):
            raise UserError(
                f"The checkpoint {str(path)!r} was made with other options", do="use the same, or remove the file"
            )
        kept_of: dict[str, list[str]] = {}
        for key in list(file.keys()):
            kind, _, name = key.partition(".")
            kept_of.setdefault(name, []).append(kind)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(file.get_tensor(f"value.{name}"))
                moments = {kind: file.get_tensor(f"{kind}.{name}") for kind in kept_of[name] if kind != "value"}
                _state(optimizers, parameter).update({kind: moment.to(device()) for kind, moment in moments.items()})
    say(f"Going on after step {kept['step']}.")
    return int(kept["step"])


def _state(optimizers: Optimizers, parameter: nn.Parameter) -> dict[str, Any]:
    """What the optimizer of this parameter remembers of it."""
    owner = next(
        each for each in optimizers for group in each.param_groups if any(p is parameter for p in group["params"])
    )
    return owner.state[parameter]  # type: ignore[no-any-return]


def save(model: Any, tokenizer: Any, out: Path, told: dict[str, Any]) -> None:
    """Write the model in bfloat16, its tokenizer, and `told` about the training as prior.json."""
    import copy

    from transformers.utils import logging

    logging.disable_progress_bar()
    out.mkdir(parents=True, exist_ok=True)
    half = copy.deepcopy(model).to(torch.bfloat16)
    half.set_attn_implementation("sdpa")
    half.save_pretrained(out)
    tokenizer.save_pretrained(out)
    (out / "prior.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

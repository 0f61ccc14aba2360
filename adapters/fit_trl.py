"""Training by the trainers of TRL instead of our own loop, for long runs: the same items, adapter and tokens.

    supervised, replay  ->  SFTTrainer     what is right, and what was right before
    pairwise            ->  DPOTrainer     which of two is better; robust where people contradict each other
    kto                 ->  KTOTrainer     thumbs

One after the other, in this order (Rafailov et al. 2023 begin with what is right, too), each over all its items as
often as the recipe says. What is rehearsed without a label (`keep`) and rewards have no trainer there. The reference is
the model with its adapter off, as in our loop. Nothing is saved on the way: a run that is killed begins again.

>>> fit(model, material, recipe=Recipe(passes=3)).losses               # doctest: +SKIP
{'supervised': 0.41, 'pairwise': 0.22}
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from adapters import fit as fits
from adapters.device import on_gpu
from adapters.fit import Fit, Fitter, Recipe
from adapters.models import Model
from adapters.models.causal import Causal
from adapters.signals import Material, beta_of, signal
from assistant.errors import UserError, need

__all__ = ["check", "fit", "fitter", "stages", "trainer"]


class Stage(NamedTuple):
    """One trainer's part: `kind` names its class, `options` are its own, `rows` have tokens."""

    name: str
    kind: str
    batch: int
    rows: list[dict[str, Any]]
    options: dict[str, Any]


def check(model: Model) -> Causal:
    """The model, if it can be trained so.

    Raises:
        UserError: it is no causal language model, or TRL is not installed.
    """
    if not isinstance(model, Causal):
        raise UserError(
            f"TRL's trainers teach language models, and this task has a {type(model).__name__.lower()}",
            "tasks with a causal language model, such as answer",
            "leave --trainer out",
        )
    if any("lm_head" in name for name, _ in model.trainable()):
        raise UserError(
            "TRL's trainers can't train the small model that ships", "its last matrix has an adapter, too",
            "leave out --trainer trl, or name another --base",
        )  # fmt: skip
    if find_spec("trl") is None:
        raise need("trl", "sayso[train]", "the trainer 'trl'")
    return model


def fitter(trainer: str, model: Model) -> Fitter:
    """The function that trains: our own loop, or this one where `trainer` is "trl".

    Raises:
        UserError: see `check`.
    """
    if trainer != "trl":
        return fits.fit
    check(model)
    return fit


def fit(
    model: Model,
    material: Material,
    *,
    seed: int = 0,
    recipe: Recipe | None = None,
    folder: Path | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Fit:
    """Train the adapter that `model` holds, in place; see `adapters.fit.fit`.

    Raises:
        UserError: see `check`.
    """
    taught, recipe, started = check(model), recipe or Recipe(), time.perf_counter()
    parts = stages(taught, material, recipe)
    steps, losses = 0, dict[str, float]()
    for at, part in enumerate(parts):
        with _unchanged(taught), TemporaryDirectory(dir=folder) as out:
            made = trainer(taught, part, Path(out), recipe, seed)
            told = _told(lambda share, at=at: progress((at + share) / len(parts)))  # type: ignore[misc]
            made.add_callback(told)
            made.train()
            steps += made.state.global_step
            losses[part.name] = float(np.mean([log["loss"] for log in made.state.log_history if "loss" in log][-8:]))
    items = {part.name: len(part.rows) for part in parts}
    return Fit(steps=steps, losses=losses, seconds=time.perf_counter() - started, items=items)


def stages(model: Causal, material: Material, recipe: Recipe) -> list[Stage]:
    """What each trainer learns from: the items of our signals, as tokens."""
    found = {
        name: signal.get(name)().prepare(model, material) if recipe.weights.get(name, 1) else []
        for name in ("supervised", "replay", "pairwise", "kto")
    }
    right = [_whole(*model.tokens(one.input, one.value)) for one in found["supervised"] + found["replay"]]
    pairs = [_pair(model, one) for one in found["pairwise"]]
    thumbs = [_thumb(model, one) for one in found["kto"]]
    noise = found["pairwise"][0].noise if pairs else 0.0
    loss = {"loss_type": ["robust"], "label_smoothing": noise} if noise else {"loss_type": ["sigmoid"]}
    preferring = {"beta": beta_of(model), "precompute_ref_log_probs": True}
    made = [
        Stage("supervised", "SFT", 16, right, {}),
        Stage("pairwise", "DPO", 16, pairs, {**preferring, **loss}),
        Stage("kto", "KTO", 8, thumbs, preferring),
    ]
    return [stage for stage in made if stage.rows]


def _whole(prompt: list[int], answer: list[int]) -> dict[str, Any]:
    return {"input_ids": prompt + answer, "labels": [-100] * len(prompt) + answer}


def _pair(model: Causal, item: Any) -> dict[str, Any]:
    prompt, chosen = model.tokens(item.input, item.chosen)
    _, rejected = model.tokens(item.input, item.rejected)
    # only the difference of the two references counts
    known = {"ref_chosen_logps": item.base_margin, "ref_rejected_logps": 0.0}
    return {"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected, **known}


def _thumb(model: Causal, item: Any) -> dict[str, Any]:
    prompt, said = model.tokens(item.input, item.value)
    _, other = model.tokens(item.input, item.other)
    known = {"ref_logps": item.base, "ref_KL_logps": item.other_base}
    return {"prompt_ids": prompt, "completion_ids": said, "KL_completion_ids": other, "label": item.good, **known}


def trainer(model: Causal, stage: Stage, out: Path, recipe: Recipe, seed: int = 0) -> Any:
    """TRL's trainer of this stage, ready to train."""
    check(model)
    from datasets import Dataset
    from transformers import PrinterCallback

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries warn of each other
        import trl

        config = getattr(trl, f"{stage.kind}Config")(
            output_dir=str(out), seed=seed, num_train_epochs=recipe.passes, per_device_train_batch_size=stage.batch,
            learning_rate=recipe.inner_rate, weight_decay=recipe.weight_decay, lr_scheduler_type="cosine",
            warmup_steps=0.1, max_length=model.window, use_cpu=not on_gpu(), bf16=on_gpu(), save_strategy="no",
            gradient_checkpointing=False, logging_steps=1, report_to=[], disable_tqdm=True,
            dataloader_pin_memory=False, **stage.options,
        )  # fmt: skip
        made = _as_tokens(getattr(trl, f"{stage.kind}Trainer"))(
            model=model.peft, args=config, train_dataset=Dataset.from_list(stage.rows),
            processing_class=model.tokenizer,
        )  # fmt: skip
    made.remove_callback(PrinterCallback)
    return made


def _as_tokens(kind: Any) -> Any:
    """The trainer, for rows that are tokens already and know their references."""

    class Tokens(kind):  # type: ignore[misc]
        def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
            return dataset

        def _precompute_ref_logps(self, dataset: Any, *_: Any, **__: Any) -> Any:
            return dataset

    return Tokens


def _told(progress: Callable[[float], None]) -> Any:
    from transformers import TrainerCallback

    class Told(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            progress(state.global_step / max(1, state.max_steps))

    return Told()


@contextmanager
def _unchanged(model: Causal) -> Iterator[None]:
    """What a trainer put around and into the model is taken away again; the adapter stays as trained."""
    modules: Sequence[Any] = (model.peft, model.peft.get_base_model())
    before = [dict(vars(module)) for module in modules]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for module, known in zip(modules, before, strict=True):
            for name in ("forward", "_original_forward"):
                vars(module).pop(name, None)
                if name in known:
                    vars(module)[name] = known[name]
        if "ref" in model.peft.peft_config:
            model.peft.delete_adapter("ref")
        for _, parameter in model.trainable():
            parameter.requires_grad_(True)
        model.peft.eval()

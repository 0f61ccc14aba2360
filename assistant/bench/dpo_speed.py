"""How fast do preferences teach a language model? Our loop against TRL's DPOTrainer: same model, pairs, batch, adapter.

Both train the same LoRA on the same pairs of answers to the demo's notices, 16 pairs a step, each pair twice, in one
process, on the tokens that our own preparation made. Ours asks the base once for each pair, and that counts; TRL asks
it in every step, which is its default, and, told apart, not at all (`precompute_ref_log_probs`, computed beforehand by
us and not counted). Tokens are those of both answers with their prompts, as a row for each answer would hold them.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from assistant.bench import Benchmark, Result, bench
from assistant.types import Preference

BATCH, PASSES = 16, 2
SAID = {"task": "answer", "author": "simulated", "critique": "", "reading": ""}
LARGER = {"hidden_size": 512, "num_hidden_layers": 8, "num_attention_heads": 8, "intermediate_size": 1536}
"""With a vocabulary of 16,384: 33 M parameters, random."""


def run(folder: Path, pairs: int = 128, larger: int = 48) -> Result:
    with tempfile.TemporaryDirectory() as place:
        small = _small()
        figures = {"ratio": 0.0} | _compared(small, _pairs(pairs), Path(place))
        if larger:
            figures |= {
                f"larger: {k}": v
                for k, v in _compared(_larger(small, Path(place)), _pairs(larger), Path(place)).items()
            }
    figures["ratio"] = figures["ours, tokens/s"] / figures["TRL, tokens/s"]
    return Result(figures, note=f"{pairs} pairs, {BATCH} a step, the model that ships; larger: 33 M parameters")


def _compared(model: Any, pairs: list[Preference], out: Path) -> dict[str, float]:
    from adapters.fit import fit
    from adapters.fit_trl import Stage, stages
    from adapters.signals import Material, beta_of

    recipe = _recipe(len(pairs))
    [known] = stages(model, Material(new=pairs), recipe)
    plain = Stage(known.name, known.kind, BATCH, known.rows, {"beta": beta_of(model)})
    given = Stage(known.name, known.kind, BATCH, known.rows, known.options)
    total = PASSES * sum(2 * len(r["prompt_ids"]) + len(r["chosen_ids"]) + len(r["rejected_ids"]) for r in known.rows)

    def ours(some: list[Preference]) -> float:
        model.load(None)
        started = time.perf_counter()
        fit(model, Material(new=some), recipe=_recipe(len(some)))
        return time.perf_counter() - started

    def theirs(stage: Stage) -> float:
        from adapters.fit_trl import _unchanged, trainer

        model.load(None)
        with _unchanged(model), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = trainer(model, stage, out, recipe)
            started = time.perf_counter()
            made.train()
            return time.perf_counter() - started

    few = Stage(plain.name, plain.kind, BATCH, plain.rows[:BATCH], plain.options)
    ours(pairs[:BATCH]), theirs(few)  # both warm up
    seconds = {"ours": ours(pairs), "TRL": theirs(plain), "TRL with references given": theirs(given)}
    return {f"{name}, tokens/s": total / taken for name, taken in seconds.items()}


def _recipe(pairs: int) -> Any:
    from adapters.fit import Recipe
    from adapters.signals import signal

    steps = PASSES * pairs // BATCH
    only = {name: float(name == "pairwise") for name in signal.names()}
    return Recipe(settle=0, passes=PASSES, least_steps=steps, most_steps=steps, gpu_batch=1, weights=only)


def _pairs(count: int) -> list[Preference]:
    """Notices with a question, the desk's answer, and its answer to another question."""
    from adapters.models._helpdesk import talks

    some = [talk.messages for talk in islice(talks(11), 4 * count) if len(talk.messages) == 2][: count + 1]
    said = [(str(asked["content"]), str(answer["content"])) for asked, answer in some]
    return [
        Preference(**SAID, input=asked, chosen=answer, rejected=other) for (asked, answer), (_, other) in pairwise(said)
    ]


def _small() -> Any:
    """The model that ships, without the adapter beside its last matrix, which TRL refuses."""
    from adapters.models._causal_load import load
    from adapters.models.causal import EMBEDDED, Causal

    return Causal(*load(None, EMBEDDED, False), "text")


def _larger(small: Any, place: Path) -> Any:
    """A model of random weights, with the tokenizer of the small one."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from adapters.models.causal import causal

    torch.manual_seed(0)
    folder = place / "larger"
    LlamaForCausalLM(LlamaConfig(vocab_size=16_384, **LARGER)).save_pretrained(folder)
    small.tokenizer.save_pretrained(folder)
    return causal(str(folder))


@bench
def dpo_speed() -> Benchmark:
    """Preferences learned, against TRL."""
    return Benchmark(
        what="DPO with LoRA, tokens a second: how many times TRL's DPOTrainer, same model, pairs and batch",
        data="made",
        people="none",
        reference="TRL's DPOTrainer: 1",
        target=1.5,
        better="higher",
        run=run,
        unit="×",
    )

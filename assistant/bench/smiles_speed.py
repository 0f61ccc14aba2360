"""How fast are molecules sampled? Valid ones a second, against transformers' plain `generate` of the same model.

Both in one process, one after the other, sampling at temperature 1 until the end of each SMILES; parsing is not timed.
`generate` gets the better of four settings: float32 or bfloat16, 64 or 256 rows at once.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.bench import Benchmark, Result, bench


def run(folder: Path, count: int = 2048, base: str | None = None) -> Result:
    from adapters.models.smiles import Smiles

    model = Smiles(base)
    plain = {
        f"generate, {kind}, {rows} rows": _rate(_generate(model, kind, rows), min(count, 512))
        for kind in ("float32", "bfloat16")
        for rows in (64, 256)
    }
    ours = _rate(lambda number: [said for said, _ in model.sample(number)], count)
    few = _rate(lambda number: [said for said, _ in model.sample(number)], 64)
    figures = {"ratio": ours / max(plain.values()), "ours": ours, "ours, 64 at once": few, **plain}
    return Result(figures, note="valid molecules a second")


def _rate(sample: Callable[[int], Sequence[str | None]], count: int) -> float:
    """Valid molecules a second, the better of two runs."""
    from rdkit import Chem, rdBase

    sample(8)  # warms up
    best = math.nan
    for _ in range(2):
        started = time.perf_counter()
        said = sample(count)
        seconds = time.perf_counter() - started
        with rdBase.BlockLogs():
            valid = sum(bool(one) and Chem.MolFromSmiles(one) is not None for one in said)
        best = max(valid / seconds, best if best == best else 0.0)
    return best


def _generate(model: Any, kind: str, rows: int) -> Callable[[int], list[str | None]]:
    """The untaught model, by transformers' own means."""
    import copy

    import torch

    from adapters.device import device
    from adapters.models._smiles_sample import MOST_TOKENS

    with model.base():
        whole = copy.deepcopy(model.peft).merge_and_unload().to(getattr(torch, kind)).eval()

    def sample(count: int) -> list[str | None]:
        said: list[str | None] = []
        while len(said) < count:
            begin = torch.full((min(rows, count - len(said)), 1), model.begin, device=device())
            with torch.inference_mode():
                ids = whole.generate(
                    input_ids=begin, attention_mask=torch.ones_like(begin), do_sample=True, top_k=0, top_p=1.0,
                    temperature=1.0, max_new_tokens=MOST_TOKENS, eos_token_id=model.end, pad_token_id=model.end,
                )  # fmt: skip
            texts = model.tokenizer.batch_decode(ids[:, 1:], skip_special_tokens=True)
            said += [text.replace(" ", "") for text in texts]
        return said

    return sample


@bench
def smiles_speed() -> Benchmark:
    """The sampler against generate."""
    return Benchmark(
        what="molecules sampled, valid ones a second: how many times transformers' generate of the same model",
        data="made",
        people="none",
        reference="the best of four settings of generate: 1",
        target=2.5,
        better="higher",
        run=run,
        unit="×",
    )

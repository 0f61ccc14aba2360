"""How good is the model that writes molecules, before anybody said anything? 10,000 samples at temperature 1.

Valid, unique and new as in MOSES (Polykovskiy et al. 2020, 30,000 samples there): the share that RDKit parses, of
those the share of different molecules, of these the share that is not in the training set. A SMILES that would end
within a branch or a ring can't be sampled; how many are valid without that rule is measured, too.
"""

from __future__ import annotations

from pathlib import Path

from assistant.bench import Benchmark, Result, bench

TARGETS = {"valid": 0.98, "unique": 0.999, "new": 0.95}


def run(folder: Path, seeds: tuple[int, ...] = (0,), count: int = 10_000, base: str | None = None) -> Result:
    import torch

    from adapters.models._smiles_molecules import neutral, quality, read_smiles
    from adapters.models.smiles import Smiles

    model = Smiles(base)
    known = {one for raw in read_smiles(folder / "zinc250k.smi.gz") if (one := neutral(raw))}
    found = []
    for seed in seeds:
        torch.manual_seed(seed)
        found.append(quality([said for said, _ in model.sample(count)], known))
    model.grammar = None
    loose = quality([said for said, _ in model.sample(count)], known)
    figures = {name: sum(one[name] for one in found) / len(found) for name in TARGETS}
    missed = sum(not figures[name] >= bound for name, bound in TARGETS.items())
    figures = {"missed": float(missed), **figures, "valid without the rule": loose["valid"]}
    return Result(figures, seeds=seeds, note=f"{count:,} samples a seed at temperature 1")


@bench
def smiles_prior() -> Benchmark:
    """The untaught generator."""
    return Benchmark(
        what="10,000 generated molecules: how many of 3 targets are missed (valid .98, unique .999, new .95)",
        data="molecules",
        people="none",
        reference="MOSES baselines: valid about .97, unique 1.0, new .8 to .97",
        target=0,
        better="lower",
        run=run,
    )

"""The oracle of goal 2: how active a molecule is at the dopamine receptor DRD2, in [0, 1], as a known function.

    oracle(folder)(["CCN(CC)CC", "not one"])   ->  [0.04, nan]

A network is fitted on all of drd2_scores.csv (canonical, activity: 68,944 molecules with the predictions of the model
that Sundin et al. 2022 took for the truth), from Morgan counts with atoms and with pharmacophores as invariants. What
it is worth is measured by a second one that a tenth was kept from. Both are fitted once, in some minutes, and kept
beside the temporary files; whatever learns from answers never sees them.
"""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Oracle", "figures", "molecules", "oracle"]

Array: TypeAlias = NDArray[np.float64]
Oracle: TypeAlias = Callable[[Sequence[str | None]], Array]
Bits: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float32]]
FILE = "drd2_scores.csv"
SIZE, HIDDEN = 16_384, 256
EPOCHS, BATCH, RATE = 8, 256, 2e-3
HELD = 10
"""One of so many molecules is kept from the network that is measured."""


def molecules(folder: Path) -> tuple[list[str], Array]:
    """The SMILES of the file, and their activity."""
    with (folder / FILE).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [row["canonical"] for row in rows], np.array([float(row["activity"]) for row in rows])


def oracle(folder: Path) -> Oracle:
    """Scores (N,) of SMILES; NaN where there is no molecule."""
    from safetensors.torch import load_file

    net = _net()
    net.load_state_dict(load_file(_fitted(folder) / "oracle.safetensors"))

    def scored(smiles: Sequence[str | None]) -> Array:
        bits = [_bits(one) for one in smiles]
        found = np.full(len(bits), np.nan)
        there = [at for at, one in enumerate(bits) if one is not None]
        if there:
            found[there] = _activity(net, [one for one in bits if one is not None])
        return found

    return scored


def figures(folder: Path) -> dict[str, float]:
    """On molecules that were held out: R², and the area under the ROC curve of those above .5."""
    known: dict[str, float] = json.loads((_fitted(folder) / "figures.json").read_text(encoding="utf-8"))
    return known


# --- fitting -------------------------------------------------------------------------------------------------


def _fitted(folder: Path) -> Path:
    """Where the fitted network lies; fits it where there is none of this file by this code."""
    from safetensors.torch import save_file

    digest = hashlib.sha256(Path(__file__).read_bytes() + (folder / FILE).read_bytes()).hexdigest()[:12]
    kept = Path(tempfile.gettempdir()) / f"sayso-drd2-{digest}"
    if (kept / "figures.json").exists():
        return kept
    kept.mkdir(parents=True, exist_ok=True)
    smiles, activity = molecules(folder)
    told = [(bits, value) for one, value in zip(smiles, activity, strict=True) if (bits := _bits(one)) is not None]
    held, taught = told[::HELD], [pair for at, pair in enumerate(told) if at % HELD]
    measured = _measured(_fit(taught), held)
    save_file(_fit(told).state_dict(), kept / "oracle.safetensors")
    (kept / "figures.json").write_text(json.dumps(measured), encoding="utf-8")  # last: it says that all is there
    return kept


def _bits(smiles: str | None) -> Bits | None:
    """Which substructures a molecule has, and log(1 + how often)."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles) if smiles else None
    if mol is None:
        return None
    counts = {SIZE // 2 * half + bit: n for half, maker in enumerate(_makers()) for bit, n in
              maker.GetCountFingerprint(mol).GetNonzeroElements().items()}  # fmt: skip
    return np.fromiter(counts, np.int64), np.log1p(np.fromiter(counts.values(), np.float32))


def _makers() -> tuple[Any, Any]:
    from rdkit.Chem import rdFingerprintGenerator as made

    features = made.GetMorganFeatureAtomInvGen()
    return (
        made.GetMorganGenerator(radius=3, fpSize=SIZE // 2),
        made.GetMorganGenerator(radius=3, fpSize=SIZE // 2, atomInvariantsGenerator=features),
    )


def _net() -> Any:
    """Of the bits a weighted sum of vectors, then two layers; gives log-odds."""
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bag = nn.EmbeddingBag(SIZE, HIDDEN, mode="sum")
            nn.init.normal_(self.bag.weight, std=0.02)
            self.rest = nn.Sequential(
                nn.LayerNorm(HIDDEN), nn.ReLU(), nn.Dropout(0.2), nn.Linear(HIDDEN, 128), nn.ReLU(), nn.Linear(128, 1)
            )

        def forward(self, ids: Any, starts: Any, weights: Any) -> Any:
            return self.rest(self.bag(ids, starts, weights))[:, 0]

    return Net()


def _together(some: Sequence[Bits]) -> tuple[Any, Any, Any]:
    import torch

    starts = np.cumsum([0, *(len(ids) for ids, _ in some[:-1])])
    return (
        torch.from_numpy(np.concatenate([ids for ids, _ in some])),
        torch.from_numpy(starts),
        torch.from_numpy(np.concatenate([weights for _, weights in some])),
    )


def _fit(told: Sequence[tuple[Bits, float]]) -> Any:
    """Cross-entropy to the activity, which is a probability; one cycle of AdamW."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = _net()
        optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.05)
        steps = EPOCHS * (len(told) // BATCH)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=max(steps, 1))
        for _ in range(EPOCHS):
            order = torch.randperm(len(told)).tolist()
            for at in range(0, len(order) - BATCH + 1, BATCH):
                some = [told[index] for index in order[at : at + BATCH]]
                wanted = torch.tensor([value for _, value in some], dtype=torch.float32)
                said = net(*_together([bits for bits, _ in some]))
                loss = torch.nn.functional.binary_cross_entropy_with_logits(said, wanted)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                cycle.step()
    return net.eval()


def _activity(net: Any, bits: Sequence[Bits]) -> Array:
    import torch

    net.eval()
    with torch.inference_mode():
        parts = [net(*_together(bits[at : at + 1024])).sigmoid() for at in range(0, len(bits), 1024)]
    return np.asarray(torch.cat(parts).double().numpy())


def _measured(net: Any, held: Sequence[tuple[Bits, float]]) -> dict[str, float]:
    from sklearn.metrics import r2_score, roc_auc_score

    true = np.array([value for _, value in held])
    said = _activity(net, [bits for bits, _ in held])
    return {"R²": float(r2_score(true, said)), "AUC": float(roc_auc_score(true > 0.5, said))}

"""Raw values of many components for many molecules, in one pass; in several processes where that is quicker.

    raw_values([("properties", {"name": "logp"}), ("alerts", {"catalogue": "PAINS"})], mols)   ->  (N, 2)

Components see the same `Molecules`, so a fingerprint or a logP is computed once. From a few thousand molecules on the
work is cut in pieces for joblib's processes, which stay for the next call; a piece travels as RDKit's binary molecules.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from assistant.molecules.chem import Mol, Molecules
from assistant.molecules.components import Array, Component, make

__all__ = ["Spec", "component_of", "cores", "raw_values"]

Spec: TypeAlias = tuple[str, Mapping[str, Any]]
"""A component's kind and its options: what `make` needs."""
WORTH_PROCESSES = 3_000
PIECE = 500


def component_of(spec: Spec) -> Component:
    """The component, made once for each kind and options."""
    if spec[0] == "fitted":  # its file may have changed; it keeps its own memory
        return make(spec[0], **spec[1])
    return _made(spec[0], json.dumps(dict(spec[1]), sort_keys=True))


@lru_cache(maxsize=512)
def _made(kind: str, options: str) -> Component:
    return make(kind, **json.loads(options))


def raw_values(specs: Sequence[Spec], mols: Sequence[Mol | None], processes: int | None = None) -> Array:
    """(N, components) raw values; NaN where a molecule or a component failed.

    Args:
        processes: how many; None takes as many as there are cores if there is work enough, else this one alone.

    Raises:
        UserError: a component is not known or refuses its options.
    """
    components = [component_of(spec) for spec in specs]  # raises here, not in another process
    molecules = Molecules.of(mols)
    if processes is None:
        processes = cores() if len(molecules) >= WORTH_PROCESSES else 1
    apart = [number for number, each in enumerate(components) if each.apart]
    if processes < 2 or not apart:
        return _columns(components, molecules)
    values = np.empty((len(molecules), len(components)))
    values[:, apart] = _in_processes([specs[number] for number in apart], molecules, processes)
    here = [number for number, each in enumerate(components) if not each.apart]
    values[:, here] = _columns([components[number] for number in here], molecules)
    return values


def _columns(components: Sequence[Component], molecules: Molecules) -> Array:
    values = [each(molecules) for each in components]
    return np.stack(values, axis=1) if values else np.empty((len(molecules), 0))


def _in_processes(specs: Sequence[Spec], molecules: Molecules, processes: int) -> Array:
    from joblib import Parallel, delayed

    packed = [None if mol is None else mol.ToBinary() for mol in molecules]
    pieces = [packed[start : start + PIECE] for start in range(0, len(packed), PIECE)]
    parts = Parallel(n_jobs=processes, batch_size=1)(delayed(_piece)(list(specs), piece) for piece in pieces)
    return np.concatenate(parts)


def _piece(specs: Sequence[Spec], packed: Sequence[bytes | None]) -> Array:
    from rdkit.Chem import Mol as Unpacked

    unpack: Any = Unpacked  # its type says str, and means bytes
    molecules = Molecules(None if each is None else unpack(each) for each in packed)
    return _columns([component_of(spec) for spec in specs], molecules)


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

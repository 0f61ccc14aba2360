"""Molecules to learn from: read, neutral, each once, written from any atom; and how good generated ones are.

A third of ZINC's are charged as they are in water; people think of them as neutral, and a carboxylic acid is found as
one only if it is.

>>> neutral("CC(=O)[O-]")
'CC(=O)O'
"""

from __future__ import annotations

import gzip
import random
import tarfile
from collections.abc import Sequence
from pathlib import Path

from adapters.models._pretrain import Say
from assistant.errors import UserError

__all__ = ["anywhere", "molecules", "neutral", "quality", "read_smiles"]

MOLECULES = "molecules.smi"


def read_smiles(path: Path) -> list[str]:
    """The first column of a file of SMILES, one a line; .gz, also with a tar inside, as ZINC's.

    Raises:
        UserError: it can't be read.
    """
    try:
        if tarfile.is_tarfile(path):
            with tarfile.open(path) as archive:
                files = [archive.extractfile(member) for member in archive.getmembers() if member.isfile()]
                text = "\n".join(file.read().decode() for file in files if file)
        else:
            raw = path.read_bytes()
            text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
    except (OSError, UnicodeDecodeError, tarfile.TarError, EOFError) as wrong:
        raise UserError(f"The SMILES in {str(path)!r} can't be read", "a text file with one SMILES a line") from wrong
    return [line.split()[0] for line in text.splitlines() if line.strip()]


def neutral(smiles: str) -> str | None:
    """The canonical SMILES of the molecule without charges that a proton can take away; None: no molecule."""
    from rdkit import Chem, rdBase
    from rdkit.Chem.MolStandardize import rdMolStandardize

    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles)
        if molecule is None or not molecule.GetNumAtoms():
            return None
        return str(Chem.MolToSmiles(rdMolStandardize.Uncharger().uncharge(molecule)))


def molecules(source: Path, work: Path, held: float, least: int, seed: int, say: Say) -> tuple[list[str], list[str]]:
    """Neutral molecules, each once: those to learn from, and a share `held` that is held out.

    Args:
        work: where they are kept, so that it need not be done twice.
        least: how many there must be to learn from.
    """
    kept = work / MOLECULES
    stamp = f"# {source.name} {source.stat().st_size} bytes\n"
    if not kept.exists() or not kept.read_text(encoding="utf-8").startswith(stamp):
        raw = read_smiles(source)
        say(f"Making {len(raw):,} molecules neutral.")
        found = dict.fromkeys(one for smiles in raw if (one := neutral(smiles)))
        aside = kept.with_suffix(".new")
        aside.write_text(stamp + "\n".join(found) + "\n", encoding="utf-8")
        aside.replace(kept)
    listed = kept.read_text(encoding="utf-8").splitlines()[1:]
    random.Random(seed).shuffle(listed)
    out = max(1, round(held * len(listed)))
    if len(listed) - out < least:
        raise UserError(f"{str(source)!r} has {len(listed)} molecules", f"at least {least + out} are needed")
    say(f"{len(listed) - out:,} molecules to learn from, {out:,} held out.")
    return listed[out:], listed[:out]


def anywhere(smiles: str, seed: int) -> str:
    """One of the SMILES of the molecule, begun at any atom."""
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    return str(Chem.MolToRandomSmilesVect(molecule, 1, randomSeed=seed)[0])


def quality(smiles: Sequence[str | None], known: set[str]) -> dict[str, float]:
    """Shares: valid of all, unique of the valid, new (not in `known`) of the unique (as in MOSES, Polykovskiy et al.
    2020); NaN where there is nothing to share.

    Args:
        smiles: as sampled; None: did not end.
        known: canonical SMILES that were learned from.
    """
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        molecules = [Chem.MolFromSmiles(one) if one else None for one in smiles]
        valid = [str(Chem.MolToSmiles(molecule)) for molecule in molecules if molecule is not None]
    unique = set(valid)
    return {
        "valid": len(valid) / len(smiles) if smiles else float("nan"),
        "unique": len(unique) / len(valid) if valid else float("nan"),
        "new": len(unique - known) / len(unique) if unique else float("nan"),
    }

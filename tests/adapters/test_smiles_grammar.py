"""Which tokens may follow: no molecule is kept from being written, and what is no molecule is barred early."""

from __future__ import annotations

import pytest
import torch
from rdkit import Chem

from adapters.models._smiles_grammar import Grammar, Open, valence
from adapters.models._smiles_molecules import anywhere
from adapters.models._smiles_tokens import USUAL, split

TOKENS = ["<end>", *dict.fromkeys([*USUAL, "3", "4", "5"])]
MOLECULES = (
    "CC(=O)Oc1ccccc1C(=O)O", "C[C@H](N)C(=O)O", "O=[N+]([O-])c1ccc(C#N)cc1", "CS(=O)(=O)Nc1ncc[nH]1", "FC(F)(F)C1CC1",
    "c1ccc2c(c1)Cc1ccccc1-2", "C1CC2(C1)CCNC2", "CN1C(=O)C=CC1=O", "O=c1[nH]cnc2ccccc12", "C[N+](C)(C)CC(=O)[O-]",
    "CP(=O)(O)O", "C[Si](C)(C)C", "OB(O)c1ccccc1", "F/C=C/Cl", "C[S@](=O)c1ccccc1", "[O-][n+]1ccccc1", "C1CC1.Cl",
    "CC(C)(C)OC(=O)N1CCN(CC1)c1ccnc(n1)N1CCOCC1", "C=C=C", "N#N", "c1cc2ccc3cccc4ccc(c1)c2c34", "S(F)(F)(F)(F)(F)F",
)  # fmt: skip


def grammar() -> Grammar:
    made = Grammar.of(TOKENS, end=0)
    assert made is not None
    return made


def barred(text: str) -> set[str]:
    """What may not follow."""
    state = Open(grammar(), 1)
    for token in split(text):
        state.read(torch.tensor([TOKENS.index(token)]))
    logits = torch.zeros(1, len(TOKENS))
    state.bar(logits)
    return {token for token, out in zip(TOKENS, logits.isinf()[0].tolist(), strict=True) if out}


@pytest.mark.parametrize("smiles", MOLECULES)
def test_every_molecule_may_be_written_from_any_atom(smiles: str) -> None:
    for text in {smiles, Chem.MolToSmiles(Chem.MolFromSmiles(smiles)), *(anywhere(smiles, seed) for seed in range(12))}:
        tokens = split(text)
        for at, token in enumerate([*tokens, "<end>"]):
            assert token not in barred("".join(tokens[:at])), f"{token} after {''.join(tokens[:at])}"


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("", {")", "(", "1", "=", "<end>", "."}),
        ("C", {")"}),
        ("C(", {")", "(", "1", "<end>"}),
        ("C=", {"=", "#", "(", ")", "<end>", "F", "[O-]"}),
        ("C#", {"O", "F", "="}),
        ("CCF", {"C", "1", "=", "(", "[nH]"}),
        ("C(=O", {"C", "1", "(", "=", "<end>"}),
        ("CC(C)(C)C(F)(F)", {"=", "#"}),
        ("C1CC", {"F", "Cl", "<end>"}),
        ("C1CCO", {"2", "=", "<end>"}),
        ("c1ccoc1C(=O)C=", {"F", "<end>"}),
        ("CN(C)C(C)(C)C", {")"}),
    ],
)
def test_what_can_not_be_is_barred(text: str, never: set[str]) -> None:
    assert never <= barred(text)
    assert barred(text) != set(TOKENS)


def test_where_nothing_may_follow_the_end_is_let_through() -> None:
    state = Open(grammar(), 1)
    for token in split("C1F"):
        state.read(torch.tensor([TOKENS.index(token)]))
    logits = torch.zeros(1, len(TOKENS))
    state.bar(logits)
    assert [TOKENS[at] for at in logits.isfinite()[0].nonzero()[:, 0].tolist()] == ["<end>"]


@pytest.mark.parametrize(
    ("token", "bonds"),
    [("C", 4), ("[C@@H]", 3), ("[N+]", 4), ("[NH2+]", 2), ("[O-]", 1), ("[nH]", 2), ("[n+]", 3), ("Cl", 1), ("[2H]", 1),
     ("[S-]", 1), ("[B-]", 4), ("[Pt]", 99), ("=", 0), ("(", 0)],
)  # fmt: skip
def test_how_many_bonds_an_atom_makes(token: str, bonds: int) -> None:
    assert valence(token) == bonds

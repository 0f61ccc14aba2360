"""The training of the SMILES model: its tokens, its molecules, and that a stopped one ends as one that was not."""

from __future__ import annotations

import gzip
import io
import math
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rdkit import Chem
from safetensors.torch import load_file

from adapters.models import _smiles_molecules as molecules
from adapters.models import _smiles_prior as prior
from adapters.models._smiles_tokens import encode, split, tokenizer
from assistant.errors import UserError
from tests.tiny_smiles import MOLECULES, tiny_plan


@pytest.mark.parametrize(
    ("smiles", "tokens"),
    [
        ("C[C@@H](Br)c1ccccc1", ["C", "[C@@H]", "(", "Br", ")", "c", "1", "c", "c", "c", "c", "c", "1"]),
        ("ClC%12CC%12", ["Cl", "C", "%12", "C", "C", "%12"]),
        ("[O-][N+]", ["[O-]", "[N+]"]),
        (r"F/C=C\F", ["F", "/", "C", "=", "C", "\\", "F"]),
    ],
)
def test_a_token_is_an_atom_a_bond_a_branch_or_a_ring_bond(smiles: str, tokens: list[str]) -> None:
    assert split(smiles) == tokens
    made = tokenizer([smiles])
    (ids,) = encode(made, [smiles])
    assert made.convert_ids_to_tokens(ids) == tokens
    assert made.decode([made.bos_token_id, *ids, made.eos_token_id], skip_special_tokens=True) == smiles


def test_a_token_that_is_not_known_is_named() -> None:
    with pytest.raises(UserError, match=r"knows no '\[Xe\]', which 'F\[Xe\]F' has"):
        encode(tokenizer(["CC"]), ["F[Xe]F"])


def test_smiles_are_read_plain_compressed_and_from_a_tar(tmp_path: Path) -> None:
    text = b"CCO ethanol\n\nCCN\n"
    (tmp_path / "plain.smi").write_bytes(text)
    (tmp_path / "small.smi.gz").write_bytes(gzip.compress(text))
    with tarfile.open(tmp_path / "tar.smi.gz", "w:gz") as archive:
        member = tarfile.TarInfo("zinc.txt")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    for name in ("plain.smi", "small.smi.gz", "tar.smi.gz"):
        assert molecules.read_smiles(tmp_path / name) == ["CCO", "CCN"]
    (tmp_path / "bad.smi").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=r"bad\.smi.* can't be read"):
        molecules.read_smiles(tmp_path / "bad.smi")


@pytest.mark.parametrize(
    ("charged", "neutral"),
    [
        ("CC(=O)[O-]", "CC(=O)O"),
        ("C[NH3+]", "CN"),
        ("[O-][N+](=O)c1ccccc1", "O=[N+]([O-])c1ccccc1"),
        ("C[N+](C)(C)C", "C[N+](C)(C)C"),
        ("not one", None),
        ("", None),
    ],
)
def test_molecules_are_made_neutral_where_a_proton_does_it(charged: str, neutral: str | None) -> None:
    assert molecules.neutral(charged) == neutral


def test_a_randomised_smiles_is_the_same_molecule() -> None:
    smiles = "C[C@H](N)C(=O)Oc1ccccc1"
    written = {molecules.anywhere(smiles, seed) for seed in range(20)}
    assert len(written) > 5
    assert {Chem.CanonSmiles(one) for one in written} == {Chem.CanonSmiles(smiles)}


def test_each_epoch_has_each_row_once_in_batches_of_like_length() -> None:
    taught = ["C" * n for n in range(1, 65)]
    made, plan = tokenizer(taught), replace(tiny_plan(), anywhere=0.0, batch=8)
    first, second = (list(prior._batches(taught, made, plan, start, start + 8)) for start in (0, 8))
    lengths = [sorted((ids != made.pad_token_id).sum(1).tolist()) for ids in first]
    assert sorted(n - 2 for batch in lengths for n in batch) == list(range(1, 65))
    assert all(batch[-1] - batch[0] == 7 for batch in lengths)
    assert [ids.tolist() for ids in first] != [ids.tolist() for ids in second]


def test_what_is_shared_out_is_valid_unique_and_new() -> None:
    found = molecules.quality(["CCO", "OCC", "CCN", "C1C", None], known={"CCO"})
    assert found == {"valid": 0.6, "unique": 2 / 3, "new": 0.5}
    nothing = molecules.quality(["C1C"], known=set())
    assert nothing["valid"] == 0 and math.isnan(nothing["unique"]) and math.isnan(nothing["new"])


class Stopped(Exception):
    pass


def test_a_training_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path) -> None:
    source = tmp_path / "some.smi"
    source.write_text("\n".join(MOLECULES), encoding="utf-8")
    plan = replace(tiny_plan(6), looks=0.5)
    prior.train_prior(source, tmp_path / "whole", tmp_path / "work-1", plan, lambda text: None)

    def stop(text: str) -> None:
        if text.startswith("epoch 4"):
            raise Stopped

    with pytest.raises(Stopped):
        prior.train_prior(source, tmp_path / "parts", tmp_path / "work-2", plan, stop)
    assert not (tmp_path / "parts").exists()
    said: list[str] = []
    figures = prior.train_prior(source, tmp_path / "parts", tmp_path / "work-2", plan, said.append)
    assert any(text.startswith("Going on after step") for text in said)
    assert set(figures) == {"loss", "held", "valid", "unique", "new"}
    whole, parts = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    assert whole["model.embed_tokens.weight"].dtype == torch.bfloat16
    with pytest.raises(UserError, match="made with other options"):
        prior.train_prior(source, tmp_path / "parts", tmp_path / "work-2", replace(plan, seed=1), said.append)


def test_too_few_molecules_are_said(tmp_path: Path) -> None:
    (tmp_path / "few.smi").write_text("CCO\nnot one\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"has 1 molecules; at least 9 are needed"):
        prior.train_prior(tmp_path / "few.smi", tmp_path / "out", tmp_path / "work", tiny_plan(), lambda text: None)


def test_the_other_hand_of_a_centre_is_known_too() -> None:
    from adapters.models._smiles_tokens import encode, tokenizer

    made = tokenizer(["C[S@@+]([O-])CC"])
    assert encode(made, ["CC[S@+](C)[O-]"])[0]

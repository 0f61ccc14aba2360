"""Molecules that keep a scaffold: what is shown of its open places, and that what grows there leaves the rest alone."""

from __future__ import annotations

import random

import pytest
import torch
from rdkit import Chem

from adapters.models import _smiles_grow as grow
from adapters.models._smiles_sample import Drawn
from adapters.models.smiles import Smiles, canonical
from assistant.errors import UserError
from tests.tiny_smiles import tiny_prior

torch.set_num_threads(1)

SCAFFOLDS = (
    "*c1ccccc1", "*c1ccc(*)cc1", "*N1CCCCC1", "*[C@@H](C)N", "*n1cccc1", "*C(*)(*)C", "O=S(=O)(N*)c1ccccc1",
    "*C1CC2(C1)CCN(*)C2", "N#C*", "*Nc1ncnc2ccccc12", "O=C1CCC(*)N1*", "*[n+]1ccccc1",
)  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Smiles:
    return Smiles(tiny_prior(tmp_path_factory.mktemp("prior")), rank=2)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("c1c(*)nccc1", "c1cnccc1"),
        ("*c1cc(=*)c(C*)c1", "c1ccc(C)c1"),
        ("*=Cc1ccccc1", "Cc1ccccc1"),
        ("*n1cccc1", "[nH]1cccc1"),
        ("c1cn(*)cc1", "c1c[nH]cc1"),
        ("c1cn(C)c(n1*)", "c1cn(C)c([nH]1)"),
        ("C[C@H](*)N", "CCN"),
        ("F[C@](*)(Cl)C", "F[C@H](Cl)C"),
        ("*C(*)(*)", "C"),
        ("C(N", "C(N"),
    ],
)
def test_to_the_model_an_open_place_has_hydrogen(text: str, shown: str) -> None:
    assert grow.shown(text) == shown


@pytest.mark.parametrize("scaffold", SCAFFOLDS)
def test_a_scaffold_is_written_up_to_one_of_its_places(scaffold: str) -> None:
    places = scaffold.count("*")
    written = {grow.begun(scaffold, random.Random(seed)) for seed in range(20)}
    assert len(written) > 1 or scaffold == "N#C*"
    for text in written:
        assert text is not None and text.count("*") == places - 1
        assert text.count("(") == text.count(")")
        assert canonical(text + "*") == canonical(scaffold)
        assert Chem.MolFromSmiles(grow.shown(text + "*"), sanitize=False) is not None


def test_stereocentres_stay_when_something_takes_the_place() -> None:
    for seed in range(20):
        text = grow.begun("*[C@@H](C)N", random.Random(seed))
        assert canonical(f"{text}O") == canonical("O[C@@H](C)N")


def test_places_open_atoms_with_hydrogen_and_differ() -> None:
    found = {grow.places("c1ccncc1", random.Random(seed)) for seed in range(60)}
    assert {one.count("*") for one in found} == {1, 2, 3} and len(found) > 6
    assert {grow.places("c1cc[nH]c1", random.Random(seed), most=1) for seed in range(30)} >= {"*n1cccc1", "*c1ccc[nH]1"}
    assert grow.places("*c1ccccc1") == "*c1ccccc1"
    with pytest.raises(UserError, match=r"On 'FC\(F\)\(F\)F' nothing can grow"):
        grow.places("FC(F)(F)F")


def test_a_scaffold_that_is_none_is_said() -> None:
    assert grow.checked("c1ccc([*:1])cc1") == "*c1ccccc1"
    with pytest.raises(UserError, match="is no molecule"):
        grow.checked("c1ccc(*")
    for wrong in ("C*C", "*", "**", "C*.N*"):
        with pytest.raises(UserError, match="not bound to one atom"):
            grow.checked(wrong)


@pytest.mark.parametrize("scaffold", ["c1ccc(*)cc1", "*c1ccc(*)cc1", "*C(*)(*)C", "*c1ccc(*)c(*)c1"])
def test_what_is_grown_has_the_scaffold_and_something_at_each_place(model: Smiles, scaffold: str) -> None:
    torch.manual_seed(0)
    found = [one.value for one in model.predict([scaffold] * 12)]
    assert sum(value is not None for value in found) >= 10
    query = Chem.MolFromSmarts(scaffold.replace("*", "[!#1]"))
    for value in found:
        assert value is None or Chem.MolFromSmiles(value).HasSubstructMatch(query)
        assert value is None or canonical(value) == value
    assert len(set(found)) > 2


def test_many_inputs_are_drawn_together_and_each_gets_its_own(model: Smiles) -> None:
    torch.manual_seed(0)
    asked = ["*c1ccccc1", "", "*N1CCCCC1", "c1ccc(O", None, "*N1CCCCC1"]
    found = [one.value for one in model.predict(asked)]
    assert grow.contains("*c1ccccc1", found[0])
    assert all(value is None or grow.contains("*N1CCCCC1", value) for value in (found[2], found[5]))
    assert grow.contains("*Oc1ccccc1", found[3]) or grow.contains("Oc1ccccc1", found[3])
    assert found[1] and found[4]
    scored = model.logp(["*c1ccccc1", ""], ["Cc1ccccc1"] * 2)
    assert scored[0] == scored[1], "how it was asked takes nothing off"
    assert model.embed(["*c1ccccc1"]) == pytest.approx(model.embed(["c1ccccc1"]))


def test_what_breaks_a_scaffold_is_no_answer(model: Smiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guarantee does not rest on the model: an answer without the scaffold is refused."""
    monkeypatch.setattr(model, "write", lambda asked, temperature=1.0: [("CCO", -1.0) for _ in asked])
    assert [one.value for one in model.predict(["*c1ccccc1", "*CC", "*CCC"])] == [None, "CCO", None]


def test_what_did_not_end_is_none(model: Smiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "adapters.models.smiles.draw_each", lambda decoder, begins, *rest, **how: [Drawn(None, -9.0) for _ in begins]
    )
    assert model.sample(2, "*c1ccccc1") == [(None, -9.0)] * 2
    assert model.predict(["*c1ccccc1"])[0].value is None

"""REINVENT's files in and out: known values, the same objective again, and a sentence for what can't be read."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bench._run import data_folder
from assistant.errors import UserError
from assistant.molecules._reinvent_names import DESCRIPTORS, WRITTEN
from assistant.molecules.chem import clean
from assistant.molecules.components import make
from assistant.molecules.desirability import (
    DoubleSigmoid,
    DoubleSigmoidDifference,
    Identity,
    LeftStep,
    ReverseSigmoid,
    RightStep,
    Sigmoid,
    Step,
)
from assistant.molecules.objective import Limit, Objective, Part
from assistant.molecules.reinvent import parsed, read, write

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"

TOML = """
run_type = "scoring"
[parameters]
smiles_file = "x.smi"
[scoring]
type = "geometric_mean"
[[scoring.component]]
[scoring.component.custom_alerts]
[[scoring.component.custom_alerts.endpoint]]
name = "Alerts"
params.smarts = ["[#8][#8]", "C#C"]
[[scoring.component]]
[scoring.component.MolecularWeight]
[[scoring.component.MolecularWeight.endpoint]]
name = "MW"
weight = 0.25
transform.type = "double_sigmoid"
transform.high = 500.0
transform.low = 200.0
transform.coef_div = 500.0
transform.coef_si = 20.0
transform.coef_se = 20.0
[[scoring.component]]
[scoring.component.QED]
[[scoring.component.QED.endpoint]]
name = "QED"
weight = 0.75
[[scoring.component]]
[scoring.component.TanimotoDistance]
[[scoring.component.TanimotoDistance.endpoint]]
name = "like aspirin"
weight = 0.1
params.smiles = ["CC(=O)Oc1ccccc1C(=O)O"]
params.radius = 3
params.use_counts = true
params.use_features = true
[[scoring.component]]
[scoring.component.MatchingSubstructure]
[[scoring.component.MatchingSubstructure.endpoint]]
name = "a ring"
params.smarts = "c1ccccc1"
params.use_chirality = false
[[scoring.component]]
[scoring.component.DockStream]
[[scoring.component.DockStream.endpoint]]
name = "docking"
weight = 1
params.docker_script_path = "docker.py"
transform.type = "reverse_sigmoid"
transform.low = -13.5
transform.high = -6
transform.k = 0.2
"""


def test_a_toml_of_version_4_is_read() -> None:
    found = parsed(TOML)
    weight, qed, like = found.objective.parts
    assert (weight.spec, weight.weight, weight.name) == (("properties", {"name": "mw"}), 0.25, "MW")
    assert weight.desirability == DoubleSigmoid(200, 500, 500, 20, 20)
    assert (qed.spec, qed.desirability) == (("properties", {"name": "qed"}), Identity())
    assert like.spec == ("similarity", {"smiles": ASPIRIN, "radius": 3, "counts": True, "features": True})
    assert [limit.said for limit in found.objective.limits] == ["no [#8][#8]", "no C#C", "c1ccccc1 required"]
    assert [list(each) for each in found.foreign] == [["DockStream"]]
    assert len(found.notes) == 2
    assert "REINVENT halves its score" in found.notes[0]
    assert "'docking' can't be computed here" in found.notes[1]
    scores = found.objective([clean(ASPIRIN), clean("CCC#C")])
    assert scores.total[0] > 0.4
    assert scores.total[1] == 0


def test_nothing_is_lost_when_it_is_written_again() -> None:
    found = parsed(TOML)
    again = parsed(write(found.objective, found.foreign).text)
    assert again.objective.parts == found.objective.parts
    assert set(again.objective.limits) == set(found.objective.limits)
    assert again.foreign == found.foreign


def test_the_older_json_is_read_with_its_own_formula() -> None:
    try:
        path = data_folder() / "molecules" / "modified_qed_parameters.json"
    except UserError as wrong:
        pytest.skip(str(wrong))
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    found = read(path)
    assert not found.notes
    assert not found.foreign
    names = [part.options["name"] for part in found.objective.parts]
    assert names == ["mw", "logp", "hbd", "hba", "tpsa", "rotatable_bonds", "rings"]
    assert found.objective.parts[3].desirability == DoubleSigmoidDifference(1.3, 6.21, 4.42, 2, 4.4)
    scores = found.objective([clean(ASPIRIN), clean("C" * 30)])
    weight = 180.159
    rise = 1 / (1 + 10 ** (-2 / 175.77 * (weight - 200.4)))
    fall = 1 / (1 + 10 ** (-2 / 175.77 * (weight - 421.98)))
    assert scores.desirability[0, 0] == pytest.approx(rise - fall, abs=1e-4)
    assert scores.total[0] > 0.5 > 0.05 > scores.total[1]


def older(**transformation: Any) -> str:
    component = {"component_type": "slogp", "name": "x", "weight": 2, "specific_parameters": {}}
    component["specific_parameters"] = {"transformation": transformation}
    return json.dumps(
        {"version": 3, "parameters": {"scoring_function": {"name": "custom_product", "parameters": [component]}}}
    )


@pytest.mark.parametrize(
    ("transformation", "shape"),
    [
        ({"transformation_type": "sigmoid", "low": 1, "high": 3, "k": 0.5}, Sigmoid(1, 3, 0.5)),
        (
            {"transformation_type": "reverse_sigmoid", "low": 1, "high": 3, "k": 0.5, "coef_div": 9},
            ReverseSigmoid(1, 3, 0.5),
        ),
        ({"transformation_type": "step", "low": 1, "high": 3}, Step(1, 3)),
        ({"transformation_type": "right_step", "low": 1}, RightStep(1)),
        ({"transformation_type": "left_step", "low": 1}, LeftStep(1)),
        ({"transformation_type": "no_transformation"}, Identity()),
        ({}, Identity()),
    ],
)
def test_the_transformations_of_version_3(transformation: dict[str, Any], shape: Any) -> None:
    (part,) = parsed(older(**transformation)).objective.parts
    assert (part.desirability, part.weight) == (shape, 2)


ranges = st.tuples(st.floats(-50, 50), st.floats(-50, 50)).map(sorted)
shapes = st.one_of(
    st.just(Identity()),
    ranges.map(lambda r: Sigmoid(*r, 0.5)),
    ranges.map(lambda r: ReverseSigmoid(*r, 1.5)),
    ranges.map(lambda r: DoubleSigmoid(*r, 10.0, 20.0, 30.0)),
    ranges.map(lambda r: Step(*r)),
    st.floats(-9, 9).map(RightStep),
    st.floats(-9, 9).map(LeftStep),
)
specs = st.one_of(
    st.sampled_from(sorted({*WRITTEN, *DESCRIPTORS})).map(lambda name: ("properties", {"name": name})),
    st.sampled_from(["[#8][#8]", "c1ccccc1"]).map(lambda smarts: ("substructure", {"pattern": smarts})),
    st.booleans().map(
        lambda counts: ("similarity", {"smiles": ASPIRIN, "radius": 2, "counts": counts, "features": False})
    ),
)
parts = st.builds(lambda spec, shape, weight: Part(*spec, shape, weight), specs, shapes, st.floats(0, 10))


@given(st.lists(parts, min_size=1, max_size=4))
def test_an_objective_comes_back_from_its_toml(given_parts: list[Part]) -> None:
    written = write(Objective(tuple(given_parts)))
    assert not written.notes
    assert parsed(written.text).objective.parts == tuple(given_parts)


def test_what_version_4_can_not_say_stands_at_the_head_of_the_file() -> None:
    old = DoubleSigmoidDifference(200, 400, 100, 2, 3)
    objective = Objective(
        (
            Part("properties", {"name": "mw"}, old),
            Part("properties", {"name": "solubility"}, Sigmoid(-5, -3)),
            Part("alerts", {"catalogue": "PAINS"}, LeftStep(0)),
        ),
        (Limit("properties", {"name": "logp"}, high=3), Limit("alerts", {"catalogue": "NIH"}, high=0)),
    )
    written = write(objective)
    assert written.text.startswith("# 'molecular weight': REINVENT 4 joins its two sigmoids")
    said = " ".join(written.notes)
    for name in (
        "solubility in water",
        "PAINS alerts' is not in",
        "'logP at most 3' is written as a step",
        "no NIH alerts",
    ):
        assert name in said
    table = tomllib.loads(written.text)["scoring"]["component"]
    assert [next(iter(each)) for each in table] == ["MolecularWeight", "SlogP"]
    assert table[0]["MolecularWeight"]["endpoint"][0]["transform"]["coef_si"] == 3  # version 4's left slope


def test_the_descriptors_are_rdkits() -> None:
    from rdkit.Chem import Descriptors

    mol, known = clean("CC1(C)S[C@@H]2[C@H](NC(=O)Cc3ccccc3)C(=O)N2[C@H]1C(=O)O"), dict(Descriptors.descList)
    for ours, theirs in DESCRIPTORS.items():
        assert make("properties", name=ours)([mol])[0] == pytest.approx(known[theirs](mol)), ours


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "'f.toml' is neither TOML nor JSON"),
        ("{", "'f.toml' is neither TOML nor JSON"),
        ('run_type = "sampling"', "'f.toml' has no scoring function in it; a [scoring] table"),
        ('[scoring]\ntype = "arithmetic_mean"\ncomponent = []', "The scoring of 'f.toml' is a 'arithmetic_mean'"),
        ("[scoring]\ncomponent = [1]", "A component of 'f.toml' is 1"),
        ("[scoring]\ncomponent = [{QED = {}}]", "The component 'QED' of 'f.toml' has no endpoint"),
        ("[scoring]\ncomponent = [{QED = {endpoint = [{weight = -1}]}}]", "The weight of 'QED' is -1"),
        ("[scoring]\ncomponent = [{QED = {endpoint = [{transform = 3}]}}]", "The transform of 'QED' is 3"),
        (
            "[scoring]\ncomponent = [{QED = {endpoint = [{transform = {type = 'bell'}}]}}]",
            "There is no desirability function 'bell'",
        ),
        (
            "[scoring]\ncomponent = [{custom_alerts = {endpoint = [{params = {smarts = ['[C']}}]}}]",
            "The SMARTS '[C' does not compile",
        ),
        (
            "[scoring]\ncomponent = [{GroupCount = {endpoint = [{params = {}}]}}]",
            "'smarts' of 'GroupCount' is None; one text, or a list of texts",
        ),
        (
            "[[stage]]\n[stage.scoring]\ntype='a'\n" * 2,
            "'f.toml' has 2 stages that score; give the scoring of one stage",
        ),
        (older(transformation_type="bell"), "The transformation of 'slogp' is 'bell'; one of: sigmoid"),
        ('{"scoring_function": {"name": "custom_sum", "parameters": []}}', "The scoring of 'f.toml' is a 'custom_sum'"),
        ('{"scoring_function": {"parameters": 3}}', "has no list 'parameters'"),
    ],
)
def test_what_can_not_be_read_is_said(text: str, said: str) -> None:
    with pytest.raises(UserError) as wrong:
        parsed(text, "f.toml")
    assert said in str(wrong.value)


odd = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=4), st.just([]), st.just({}), st.just([1])
)


def places(given: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value inside."""
    inside = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    return [path for key, value in inside for path in ((*at, key), *places(value, (*at, key)))]


@given(st.data())
def test_whatever_is_wrong_in_a_file_is_a_sentence(data: st.DataObject) -> None:
    older_file = json.loads(
        older(transformation_type="double_sigmoid", low=1, high=3, coef_div=1, coef_si=1, coef_se=1)
    )
    document = data.draw(st.sampled_from([tomllib.loads(TOML), older_file]))
    *path, last = data.draw(st.sampled_from(places(document)))
    inner = document
    for key in path:
        inner = inner[key]
    inner[last] = data.draw(odd)
    try:
        found = parsed(json.dumps(document))
    except UserError as wrong:
        assert "\n" not in str(wrong)
    else:
        assert write(found.objective, found.foreign).text


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be read"):
        read(tmp_path / "nowhere.toml")


def test_a_scoring_file_of_a_stage_and_a_staged_run_are_read() -> None:
    bare = "[[component]]\n[[component.QED.endpoint]]\nname = 'q'\n"
    staged = "[[stage]]\n[stage.scoring]\ntype = 'geometric_mean'\n" + bare.replace(
        "component", "stage.scoring.component"
    )
    for text in (bare, staged):
        assert [part.name for part in parsed(text).objective.parts] == ["q"]


def test_a_raw_value_beyond_1_is_noted() -> None:
    text = "[scoring]\ncomponent = [{SlogP = {endpoint = [{name = 'raw'}]}}]"
    assert parsed(text).notes == ("'raw' has no transform; its values are cut to [0, 1] here",)

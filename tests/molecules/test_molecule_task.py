"""The task `molecule`, from a chemist's words to what is shown, learned and written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UserError
from assistant.session import Session
from assistant.types import Act, Gesture
from tests.tiny_smiles import tiny_prior

NO_NITRO = {
    "kind": "constraint",
    "targets": ["all"],
    "constraint": {
        "property": "substructure", "operator": "not_contains", "value": "nitro groups", "strength": "must",
        "scope": "task",
    },
}  # fmt: skip
FLUORINE = {
    "kind": "edit",
    "targets": ["#1"],
    "edit": {"op": "insert", "object": "group", "new": "fluorine", "where": None},
}
READINGS = {
    "no nitro groups": NO_NITRO,
    "no nitroo groups": NO_NITRO | {"constraint": NO_NITRO["constraint"] | {"value": "nitroo"}},  # type: ignore[operator]
    "put a fluorine on 1": FLUORINE,
    "put unobtainium on 1": FLUORINE | {"edit": FLUORINE["edit"] | {"new": "unobtainium"}},  # type: ignore[operator]
}


@pytest.fixture(scope="module")
def prior(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_prior(tmp_path_factory.mktemp("prior"), epochs=60)


@pytest.fixture
def session(prior: str, tmp_path: Path) -> Iterator[Session]:
    yield from opened(tmp_path, base=prior)


def opened(home: Path, **options: Any) -> Iterator[Session]:
    from assistant.parsers import parser

    session = Session.open("molecule", home=home, parser="gesture", rank=4, **options)
    said = {words: {"acts": [act], "clarify": None, "confidence": 1.0} for words, act in READINGS.items()}
    session.parser = parser.get("scripted")(said)
    yield session
    session.close()


def values(session: Session) -> list[str]:
    screen = session.screen()
    assert screen is not None
    return [output.value for output in screen.outputs]


def test_a_grid_is_shown_with_drawings_and_reasons(session: Session) -> None:
    turn = session.next()
    assert turn.screen is not None and 1 < len(turn.screen.outputs) <= 12
    assert len(turn.screen.view.cells) == len(turn.screen.outputs)
    assert 'data-output="#1"' in turn.screen.view.cells[0] and "logP <b>" in turn.screen.view.cells[0]
    assert "molecules, worth" in turn.messages[-1].text


def test_a_group_that_must_not_be_is_gone_at_once(session: Session) -> None:
    for _ in range(6):
        session.next()
        if any("[N+](=O)[O-]" in value for value in values(session)):
            break
    session.hear("no nitro groups")
    assert not any("[N+](=O)[O-]" in value for value in values(session))
    (rule,) = session.rules()
    assert "nitro" in rule.text


def test_what_is_not_known_is_asked_back_and_changes_nothing(session: Session) -> None:
    session.next()
    before = values(session)
    for words, asked in (("no nitroo groups", "did you mean"), ("put unobtainium on 1", "I don't know how to put")):
        turn = session.hear(words)
        assert any(asked in message.text for message in turn.messages)
    assert values(session) == before and session.rules() == []


def test_an_edit_is_carried_out_in_its_place(session: Session) -> None:
    session.next()
    before = values(session)
    session.hear("put a fluorine on 1")
    after = values(session)
    assert "F" in after[0] and after[0] != before[0] and after[1:] == before[1:]


def test_a_molecule_written_in_place_is_read_as_one(session: Session) -> None:
    session.next()
    session.hear(gesture=Gesture(kind="edit", target="#2", value="OCC"))
    assert values(session)[1] == "CCO"
    turn = session.hear(gesture=Gesture(kind="edit", target="#2", value="C(("))
    assert any("can't be read" in message.text for message in turn.messages)


def test_marked_atoms_can_be_told_to_stay(session: Session) -> None:
    session.next()
    where = next(n for n, value in enumerate(values(session), 1) if "c1ccc" in value)
    from rdkit import Chem

    mol = Chem.MolFromSmiles(values(session)[where - 1])  # its rings live as long as it does
    ring = mol.GetRingInfo().AtomRings()[0]
    marked = session.marked(f"#{where}", ring)
    session.hear("this must stay", selection=[marked])
    (rule,) = session.rules()
    assert marked.text in rule.text
    assert all(Chem.MolFromSmiles(v).HasSubstructMatch(Chem.MolFromSmarts(marked.text)) for v in values(session))


def test_a_training_ends_in_a_report_with_guards(session: Session) -> None:
    session.next()
    session.hear(gesture=Gesture(kind="thumb", target="#1", value=True))
    session.learn()
    report = session.versions()[0].report
    assert report is not None
    assert {"score", "valid", "diversity", "QED", "SA score"} <= {one.name for one in report.measures}
    assert "mol-compared" in session.compared(session.versions()[0].name)


def test_a_profile_a_scoring_file_and_own_molecules_are_where_it_starts(prior: str, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    rows = [f"{'C' * n}Oc1ccccc1,{n / 2}" for n in range(1, 31)] + ["not a molecule,3"]
    own.write_text("SMILES,pIC50\n" + "\n".join(rows), encoding="utf-8")
    for session in opened(tmp_path / "home", base=prior, data=str(own), label="pIC50", goal="CNS"):
        turn = session.next()
        assert any("1 record was set aside: number 31: " in message.text for message in turn.messages)
        assert any("A model was fitted to pIC50" in message.text for message in turn.messages)
        goal = session.bench.wanted()
        goal.save(tmp_path / "goal.toml")
    for session in opened(tmp_path / "again", base=prior, goal=str(tmp_path / "goal.toml")):
        assert session.next().screen is not None


def test_the_best_and_the_scoring_function_leave_by_page_and_command_alike(session: Session, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from assistant.cli import app
    from assistant.molecules.files import load

    session.next()
    session.hear("no nitro groups")
    made = {one.name: session.download(one.name, tmp_path, count=8) for one in session.task.downloads}
    assert list(made) == ["best.smi", "best.csv", "best.sdf", "scoring.toml"]
    for name in ("best.smi", "best.csv", "best.sdf"):
        loaded = load(made[name].path)
        assert len(loaded.mols) == 8 and not loaded.aside
        if name != "best.smi":
            scores = [float(fields["score"]) for fields in loaded.fields]
            assert scores == sorted(scores, reverse=True) and scores[0] > 0
    command = ["--task", session.name, "--home", str(tmp_path), "--out"]
    for words, name in ((["make", "--count", "8"], "best.csv"), (["goal"], "scoring.toml")):
        done = CliRunner().invoke(app, [*words, *command, str(tmp_path / name)])
        assert done.exit_code == 0, done.output
    assert (tmp_path / "scoring.toml").read_text("utf-8") == made["scoring.toml"].path.read_text("utf-8")
    assert len(load(tmp_path / "best.csv").mols) == 8


@pytest.mark.parametrize(("label", "way"), [("IC50_nM", "Less"), ("IC50_nM:more", "More")])
def test_own_values_pull_the_way_that_is_said(prior: str, tmp_path: Path, label: str, way: str) -> None:
    own = tmp_path / "own.csv"
    rows = [f"{'C' * n}Oc1ccccc1,{10 ** (n / 8):.3f}" for n in range(1, 31)]
    own.write_text("\n".join(["SMILES,IC50_nM", *rows, "CCO,> 10000", "CCN,n.d."]), encoding="utf-8")
    weak, strong = f"{'C' * 27}Oc1ccccc1", "CCCOc1ccccc1"
    for session in opened(tmp_path / "home", base=prior, data=str(own), label=label):
        said = session.next().messages[0].text
        assert f"{way} IC50_nM is better, on a log scale; say otherwise with `--label IC50_nM:" in said
        assert "'> 10000' (number 31), 'n.d.' (number 32); their molecules are shown all the same" in said
        objective = session.bench.wanted().objective()  # type: ignore[attr-defined]
        column = [part.kind for part in objective.parts].index("fitted")
        from assistant.molecules.chem import clean

        of_weak, of_strong = objective([clean(weak), clean(strong)]).desirability[:, column]
        assert (of_strong > 0.9 and of_weak < 0.1) if way == "Less" else (of_strong < 0.1 and of_weak > 0.9)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"goal": "moon"}, "There is no profile 'moon'"),
        ({"goal": "missing.toml"}, "missing.toml"),
        ({"data": "missing.sdf"}, "There is no file"),
        ({"label": "pIC50"}, "needs a CSV with SMILES and values"),
    ],
    ids=str,
)
def test_bad_input_is_one_clear_sentence(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as wrong:
        Session.open("molecule", home=tmp_path, parser="gesture", **options)
    assert said in str(wrong.value) and "\n" not in str(wrong.value)


def test_acts_that_are_no_constraints_pass_as_they_are() -> None:
    from assistant.tasks.molecule import _normal
    from assistant.types import Critique

    act = Act(kind="none", targets=())
    assert _normal(act, Critique(conversation="c", author="a", text="hm")) == act

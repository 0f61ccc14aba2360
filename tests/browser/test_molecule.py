"""A chemist on the real page: a grid, marked atoms, critiques that are obeyed at once, a training, before and after.

SAYSO_SCREENSHOTS=1 takes the pictures of the docs on the way.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.acts import count, lasso, press, teach, wait_for_more
from tests.browser.conftest import Opener, Server
from tests.browser.test_screenshots import SHOTS, shoot

pytest.importorskip("rdkit", reason="molecules need RDKit")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(590)]
NITRO = "[N+](=O)[O-]"


@pytest.fixture(scope="module")
def chemist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the task `molecule` with the embedded model, which trains when it is asked to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAYSO_LEARN_AFTER", "0")
        running = Server(tmp_path_factory.mktemp("chemist"), ("--task", "molecule")).start()
        yield running
        running.stop()


def molecules(page: Any) -> list[str]:
    """The SMILES on screen."""
    return [str(value) for value in page.locator(".cell input").evaluate_all("all => all.map(one => one.value)")]


def holds(smiles: str, pattern: str) -> bool:
    from rdkit import Chem

    return bool(Chem.MolFromSmiles(smiles).HasSubstructMatch(Chem.MolFromSmarts(pattern)))


def weight(smiles: str) -> float:
    from rdkit.Chem import Descriptors, MolFromSmiles

    return float(Descriptors.MolWt(MolFromSmiles(smiles)))


def heavy(smiles: str) -> int:
    """How many atoms a drawing shows."""
    from rdkit import Chem

    return int(Chem.MolFromSmiles(smiles).GetNumAtoms())


def keep(page: Any, name: str) -> None:
    """A picture for the docs, where they are wanted."""
    if SHOTS:
        shoot(page, name)


def rule(page: Any) -> str:
    return str(page.locator(".log .card").last.inner_text())


def test_a_chemist_talks_molecules_towards_what_they_mean(chemist: Server, window: Opener) -> None:
    page = window(chemist.url)
    page.wait_for_selector(".cell svg.mol")
    assert len(set(molecules(page))) == 12
    assert page.locator(".cell .mol-properties").first.inner_text().startswith("MW")

    # atoms: two clicks and a lasso, which the page says in its own words
    third = molecules(page)[2]
    atoms = page.locator(".cell[data-output='#3'] circle.atom")
    assert atoms.count() == heavy(third)
    lasso(page, atoms.all()[:4])
    marked = page.locator(".cell[data-output='#3'] circle.marked").count()
    assert marked >= 4 and page.locator("#evidence .piece").inner_text() == f"{marked} atoms of #3 ×"
    keep(page, "molecules-atoms")
    before = count(page)
    page.get_by_role("button", name="Lose this").click()
    wait_for_more(page, before)
    page.wait_for_function("() => !document.querySelector('#evidence .piece')")
    assert "does not contain" in rule(page)
    assert third not in molecules(page), "it holds what must go"

    # words: what must hold holds at once
    teach(page, "no nitro groups")
    teach(page, "keep MW under 350")
    assert all(not holds(smiles, NITRO) and weight(smiles) <= 350 for smiles in molecules(page))
    teach(page, "too greasy")
    press(page, ".cell[data-output='#2'] .thumb.up")
    keep(page, "molecules")
    page.get_by_role("tab", name="What I learned").click()
    page.wait_for_selector("#learned .mol-curves svg")
    keep(page, "molecules-learned")
    _take(page)


@pytest.mark.slow
def test_a_training_brings_molecules_that_hold_what_was_said(chemist: Server, window: Opener) -> None:
    page = window(chemist.url)
    page.wait_for_selector(".cell svg.mol")
    teach(page, "no nitro groups")
    teach(page, "keep MW under 350")
    _train(page)
    page.get_by_role("tab", name="Versions").click()
    page.locator("#versions [data-act=changes]").first.click()
    page.wait_for_selector("#versions .measures")
    assert {"score", "valid", "diversity", "QED"} <= set(page.locator("#versions .measures th").all_inner_texts())
    assert page.locator("#versions .compared svg").count() > 1
    keep(page, "molecules-versions")
    assert all(not holds(smiles, NITRO) and weight(smiles) <= 350 for smiles in molecules(page))


def _take(page: Any) -> None:
    """The best molecules leave as a file, which keeps to what was said."""
    page.get_by_role("tab", name="Export").click()
    page.get_by_role("button", name="Make best.csv").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download molecule-best.csv").click()
    with download.value.path().open(encoding="utf-8") as lines:
        best = [row["SMILES"] for row in csv.DictReader(lines)]
    assert len(best) == 100 and not any(holds(smiles, NITRO) or weight(smiles) > 350 for smiles in best)
    assert "best.csv: 100 by base, worth" in page.locator("#files [role=status]").inner_text()


def _train(page: Any) -> None:
    """Train, see the plot, and wait for the report."""
    page.locator("#quick [data-act=learn]").click()
    page.wait_for_selector(".plot path.line:not(.dot)", timeout=200_000)
    assert "score" in page.locator(".plot svg").get_attribute("aria-label")
    keep(page, "molecules-training")
    page.wait_for_function(
        "() => document.querySelector('#log').innerText.match(/v\\d+ is (not )?live/)", timeout=400_000
    )
    page.wait_for_selector("#progress .idle", state="attached")


def test_molecules_on_a_phone_and_in_the_dark(chemist: Server, window: Opener) -> None:
    page = window(chemist.url, phone=True)
    page.wait_for_selector(".cell svg.mol")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".cell circle.atom").first.tap()
    assert page.locator("#evidence .piece").inner_text() == "1 atom of #1 ×"
    keep(page, "molecules-phone")
    keep(window(chemist.url, dark=True), "molecules-dark")


def test_what_is_no_molecule_is_a_sentence_and_nothing_is_lost(chemist: Server, window: Opener) -> None:
    page = window(chemist.url)
    there = molecules(page)
    page.locator(".cell summary").nth(3).click()
    field = page.locator(".cell input").nth(3)
    before = count(page)
    field.fill("C1CC(")
    field.press("Enter")
    wait_for_more(page, before)
    assert "'C1CC(' can't be read" in rule(page)
    assert molecules(page)[:3] == there[:3] and page.locator(".cell").count() == len(there)
    before = count(page)
    field.fill("OCC")
    field.press("Enter")
    wait_for_more(page, before)
    page.wait_for_function("() => document.querySelectorAll('.cell input')[3].value === 'CCO'")

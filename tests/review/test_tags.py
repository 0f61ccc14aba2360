"""Tagged tokens as places, and the two benchmarks of label errors, on small data made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.bench import bench, conll_errors, wnut_errors
from assistant.bench._conll import questions
from assistant.bench._tokens import Sentence, damage, names
from assistant.bench.wnut_errors import average_precision, compared
from assistant.review.tags import Tagged, entities, tagged

NAMES = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
tags = st.lists(st.sampled_from(range(len(NAMES))), min_size=1, max_size=12)


@given(st.lists(tags, min_size=1, max_size=4), st.integers(0, 99))
@settings(deadline=None)
def test_every_token_is_in_one_place(sentences: list[list[int]], seed: int) -> None:
    raw = np.random.default_rng(seed).random((sum(map(len, sentences)), len(NAMES))) + 0.01
    for sentence, places in zip(sentences, tagged(sentences, raw / raw.sum(1, keepdims=True), NAMES), strict=True):
        assert [at for place in places for at in range(place.start, place.end)] == list(range(len(sentence)))
        assert all(0 <= place.doubt <= 1 for place in places)
        given = [(place.start, place.end, place.tag) for place in places if place.tag]
        assert given == list(entities([NAMES[tag] for tag in sentence]))


def test_an_entity_is_doubted_as_much_as_its_worst_token_and_b_or_i_does_not_matter() -> None:
    said = np.full((3, 5), 0.01)
    said[0, 1], said[1, 3], said[2, 2] = 0.96, 0.96, 0.96
    ((first, second),) = tagged([[1, 2, 1]], said, NAMES)
    assert (first.start, first.end, first.tag) == (0, 2, "LOC")
    assert first.doubt > 0.9 > 0.2 > second.doubt


# --- planted errors ----------------------------------------------------------------------------------------


def sentences(count: int = 120) -> list[Sentence]:
    kinds = ("location", "person")
    return [
        Sentence(("we", "saw", "Empire", "State", "there", "."), ("O", "O", f"B-{kind}", f"I-{kind}", "O", "O"))
        for kind in (kinds * count)[:count]
    ]


def test_errors_are_planted_as_many_and_as_told_and_nowhere_else() -> None:
    clean = sentences()
    some = damage(clean, 0.2, np.random.default_rng(0))
    changed = [(a, b) for a, b in zip(clean, some, strict=True) if a != b]
    assert len(changed) == 24 and all(len(b.errors) == 1 for _, b in changed)
    for before, after in changed:
        ((start, end),) = after.errors
        differ = [at for at, (x, y) in enumerate(zip(before.tags, after.tags, strict=True)) if x != y]
        assert differ and all(start <= at < end for at in differ)
    assert damage(clean, 0.2, np.random.default_rng(0)) == some


def test_average_precision_counts_an_error_once_at_its_best_place() -> None:
    one = Sentence(("a", "b", "c"), ("O", "O", "O"), ((0, 2),))
    places = [Tagged(0, 1, None, 0.9), Tagged(1, 2, None, 0.1), Tagged(2, 3, None, 0.5)]
    assert average_precision([one], [places]) == 1.0
    places[0], places[1] = Tagged(0, 1, None, 0.2), Tagged(1, 2, None, 0.3)
    assert average_precision([one], [places]) == 0.5


def test_ours_and_cleanlab_rank_the_same_places() -> None:
    pytest.importorskip("cleanlab", reason="pip install 'sayso[bench]'")
    some = damage(sentences(), 0.1, np.random.default_rng(1))
    known = names(some)
    right = np.array([known.index(tag) for one in sentences() for tag in one.tags])
    said = np.full((2, len(right), len(known)), 0.02)
    said[:, np.arange(len(right)), right] = 1.0
    given = [[known.index(tag) for tag in one.tags] for one in some]
    found = compared(some, given, said / said.sum(2, keepdims=True), known)
    assert found["ours"] > 0.8 and found["cleanlab"] > 0.8


# --- votes -------------------------------------------------------------------------------------------------

GIVEN = "num_models,fold,doc_offset,corpus_span,corpus_ent_type,error_type,correct_span,correct_ent_type,notes"
FOUND = "num_models,fold,doc_offset,model_span,model_ent_type,error_type,corpus_span,corpus_ent_type,notes"


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    """Twelve documents: in each an entity that 1 of 17 models finds and people found wrong, and a right one."""
    folder = tmp_path / "reviewed"
    folder.mkdir()
    given, found = [GIVEN], [FOUND]
    for document in range(12):
        given += [
            f"1,dev,{document},\"[0, 5): 'Spain'\",LOC,Tag,,ORG,",
            f"{2 if document % 2 else 16},dev,{document},\"[9, 14): 'Paris'\",LOC,None,,,",
            f",dev,{document},\"[30, 34): 'Rome'\",LOC,Tag,,ORG,added by hand",
        ]
        found += [f"15,dev,{document},\"[0, 5): 'Spain'\",ORG,,,,", f"16,dev,{document},\"[20, 24): 'Oslo'\",LOC,,,,"]
    (folder / "CoNLL_4_in_gold.csv").write_text("\n".join(given), encoding="utf-8")
    (folder / "CoNLL_4_not_in_gold.csv").write_text("\n".join(found), encoding="utf-8")
    return tmp_path


def test_votes_make_questions_and_what_people_added_without_votes_is_none(reviewed: Path) -> None:
    every = questions(reviewed)
    assert len(every) == 36, "three a document: the row without votes is no question"
    first = every[0]
    assert (first.document, first.verdicts, first.wrong) == (("dev", 0), (True,), True)
    assert first.place.rival is not None and first.place.rival.tag == "ORG"
    assert [one.verdicts for one in every[:3]] == [(True,), (False,), ()]


def test_conll_errors_measures_the_first_that_were_looked_at(reviewed: Path) -> None:
    found = conll_errors.run(reviewed, seeds=(0,))
    assert found.figures["precision among the first 1,000"] == 0.5, "24 were looked at, 12 were wrong"
    every = questions(reviewed)
    scores = np.array([conll_errors.doubt(one.place) for one in every])
    assert conll_errors.precision(every, scores, first=12) == 1.0
    assert conll_errors.precision(every, -scores, first=12) == 0.0
    assert conll_errors.precision(every, conll_errors.learned(every, 0), first=12) == 1.0


def test_both_benchmarks_are_there() -> None:
    assert bench.get("conll_errors")().run is conll_errors.run
    assert bench.get("wnut_errors")().target == 0.60 and wnut_errors.SHARE == 0.05

"""Reviewed label errors of CoNLL-2003 (Reiss et al. 2020): what ensembles voted, what people found when they looked.

    num_models,fold,doc_offset,corpus_span,corpus_ent_type,error_type,...
    0,dev,2,"[122, 129): 'England'",LOC,Tag,...      none of the models finds the LOC that the corpus has; a person says
                                                     that its tag is wrong

One file per ensemble (2, 3, 4; the test and dev folds, and for 3 and 4 also train) and side: `in_gold` has what the
corpus gives and how many models agree, `not_in_gold` what models find instead. Rows without `num_models` were added by
people while they looked: they have no votes, so they are left out. `error_type` is the verdict ("None": no error;
empty: nobody looked) and never reaches a ranking; nor do the other columns that people filled in.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from assistant.review.votes import Place, Span, places

__all__ = ["Question", "documents", "questions"]

SIZES = {"2": 16, "3": 17, "4": 17}
"""How many models each ensemble has."""
SPAN = re.compile(r"\[(\d+), (\d+)\): '(.*)'$", re.DOTALL)
Document = tuple[str, int]


class _Row(NamedTuple):
    document: Document
    start: int
    end: int
    tag: str
    given: bool
    ensemble: str
    votes: float
    verdict: bool | None


@dataclass(frozen=True)
class Question:
    """A place of a document, and the verdicts of those who looked there: True is an error; () nobody looked."""

    document: Document
    place: Place
    verdicts: tuple[bool, ...]

    @property
    def wrong(self) -> bool:
        """Most who looked found an error."""
        return 2 * sum(self.verdicts) > len(self.verdicts)


def questions(folder: Path) -> list[Question]:
    """All places that the ensembles were asked about, document by document."""
    votes: dict[Document, dict[tuple[int, int, str, bool], dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    verdicts: dict[tuple[Document, tuple[int, int, str, bool]], list[bool]] = defaultdict(list)
    for row in _rows(folder / "reviewed"):
        what = (row.start, row.end, row.tag, row.given)
        share = votes[row.document][what]
        share[row.ensemble] = max(share.get(row.ensemble, 0.0), row.votes)
        if row.verdict is not None:
            verdicts[row.document, what].append(row.verdict)
    found = []
    for document in sorted(votes):
        asked = ("3", "4") if document[0] == "train" else ("2", "3", "4")
        spans = [
            Span(start, end, tag, tuple(share.get(one, 0.0) for one in asked), given)
            for (start, end, tag, given), share in votes[document].items()
        ]
        for place in places(spans):
            said = [v for s in place.spans for v in verdicts.get((document, (s.start, s.end, s.tag, s.given)), ())]
            found.append(Question(document, place, tuple(said)))
    return found


def _rows(folder: Path) -> Iterator[_Row]:
    for path in sorted(folder.glob("CoNLL_*_in_gold.csv")):
        given = "not_in_gold" not in path.name
        side, ensemble = "corpus" if given else "model", path.name.split("_")[1]
        with path.open(encoding="latin-1", newline="") as file:
            for row in csv.DictReader(file):
                span = SPAN.match(row[f"{side}_span"])
                if span and row["num_models"] and row["doc_offset"]:
                    yield _Row(
                        (row["fold"], int(row["doc_offset"])), int(span[1]), int(span[2]), row[f"{side}_ent_type"],
                        given, ensemble, int(row["num_models"]) / SIZES[ensemble],
                        row["error_type"] != "None" if row["error_type"] else None,
                    )  # fmt: skip


def documents(some: Sequence[Question]) -> list[Document]:
    """The documents, each once, in their order."""
    return list(dict.fromkeys(one.document for one in some))

"""Labels and the words that say why, as spaCy's DocBin (spaCy 3.8): categories and spans.

    data/train/00000.spacy      `spacy train config.cfg --paths.train data/train`
    Doc("It arrived broken")    cats: {"complaint": 1.0}      spans["sc"]: [Span("broken", label "complaint")]

One document is one piece of feedback. Its `user_data["sayso"]` is the JSON of the whole row. https://spacy.io/api/docbin
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from assistant.errors import need
from assistant.exports import Row, Rows, exporter
from assistant.exports._annotate import choice, items, marks, whole
from assistant.exports._rows import About, dumps
from assistant.exports._views import fallen, text, value_of
from assistant.types import Label

ABOUT = About(
    tags=("spacy", "textcat", "spancat"),
    read=None,
    notes="""For spaCy: each folder in `data/` is a corpus. A document's `cats` is 1 for what a person said it
is, 0 for what they said it is not, and silent on the rest, which spaCy takes for unknown. `spans["sc"]`, which
the span categoriser reads, are the words that a person gave as the reason, labelled by what they speak for;
`spans["against"]`, `"error"`, `"missing"` and `"ignore"` are evidence of those kinds. Spans begin and end with
a word of spaCy's blank multi-language tokenizer. One document is one piece of feedback, so several may have the
same text. `doc.user_data["sayso"]` is the feedback whole, as JSON with the columns of our jsonl export;
evidence that does not stand in the input word for word is only there. Preferences and rules have no place here.""",
)
DOCUMENTS = 5_000  # in one file, which spaCy holds in memory
SPANS = "sc"


@exporter
def spacy(rows: Rows, out: Path) -> list[Path]:
    """Labels as categories, and the words that say why as spans, for spaCy."""
    try:
        from spacy import blank
        from spacy.tokens import DocBin
    except ModuleNotFoundError as missing:
        raise need("spacy", "sayso[spacy]", "the export 'spacy'") from missing
    nlp, fitting, paths = blank("xx"), _fitting(rows), list[Path]()
    folder = out / "data" / rows.split
    folder.mkdir(parents=True)
    while batch := list(islice(fitting, DOCUMENTS)):
        path = folder / f"{len(paths):05}.spacy"
        DocBin(docs=[_document(nlp, row) for row in batch], store_user_data=True).to_disk(path)
        paths.append(path)
    return paths


def _fitting(rows: Rows) -> Iterator[Row]:
    for view, row in items(rows):
        if why := fallen(row):
            rows.skip(row, why)
        elif view == "pairs":
            rows.skip(row, "spaCy has no place for two answers")
        elif choice(value_of(row)) is None:
            rows.skip(row, "its answer is a text, not a label")
        else:
            yield row


def _document(nlp: Any, row: Row) -> Any:
    from spacy.tokens import SpanGroup

    said = row.feedback
    assert isinstance(said, Label)
    label, doc = text(value_of(row)), nlp.make_doc(text(said.input))
    doc.cats[label] = float(said.op == "is")
    for mark in marks(row):
        role = SPANS if mark.role == "for" else mark.role
        span = doc.char_span(mark.start, mark.end, label=label, span_id=mark.role, alignment_mode="expand")
        doc.spans[role] = SpanGroup(doc, name=role, spans=[*doc.spans.get(role, ()), span])
    doc.user_data["sayso"] = dumps(whole(row))
    return doc

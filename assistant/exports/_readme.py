"""The dataset card of an export: README.md as the Hugging Face hub has it.

    ---
    pretty_name: Feedback on mail (csv)
    tags: [sayso, human-feedback]
    configs: [{config_name: csv, data_files: [{split: train, path: [data/train.csv]}]}]
    ---
    # Feedback on mail (csv) ...

`configs` names the data files, so that `datasets` does not take the manifest for data; `dataset_info` the
type of each column, so that it does not guess (a column of dates as text would become times). Fields:
https://huggingface.co/docs/hub/datasets-cards
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import yaml

from assistant.exports._rows import About
from assistant.exports._scrub import LIMITS

if TYPE_CHECKING:
    from assistant.exports._manifest import Manifest

__all__ = ["readme"]


def readme(manifest: Manifest, about: About, what: str, author_hash: bool) -> str:
    """The card as text. `what`: one sentence on the format."""
    front = yaml.safe_dump(_front_matter(manifest, about), sort_keys=False, allow_unicode=True)
    parts = [
        f"---\n{front}---",
        f"# {_plain(_title(manifest))}",
        f"{what.strip()} What people said about a model's outputs, as heard by Sayso {manifest.sayso}.",
        _how(manifest, author_hash),
        about.notes,
        _columns(manifest, about),
        _counts(manifest),
        _left_out(manifest),
        _scrubbed(manifest),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(manifest: Manifest) -> str:
    return f"Feedback on {manifest.task} ({_format(manifest)})"


def _format(manifest: Manifest) -> str:
    return manifest.format.replace("_", "-")


def _front_matter(manifest: Manifest, about: About) -> dict[str, Any]:
    front: dict[str, Any] = {
        "pretty_name": _title(manifest),
        "tags": ["sayso", "human-feedback", *about.tags],
        "annotations_creators": ["expert-generated"],
        "size_categories": [_size(manifest.rows)],
    }
    if about.read is not None:
        front["configs"] = [
            {"config_name": _config(manifest, view), "data_files": _splits(manifest, view), **about.read}
            for view in _views(manifest)
        ]
    if about.schema is not None:
        from datasets import Features

        front["dataset_info"] = [
            {
                "config_name": _config(manifest, view),
                "features": Features.from_arrow_schema(about.of(view))._to_yaml_list(),
            }
            for view in _views(manifest)
        ]
    return front


def _views(manifest: Manifest) -> list[str]:
    return sorted({file.view for file in manifest.data})


def _config(manifest: Manifest, view: str) -> str:
    return view or _format(manifest)


def _splits(manifest: Manifest, view: str) -> list[dict[str, Any]]:
    """The files of each split, which is what a file's name begins with."""
    named: dict[str, list[str]] = {}
    for file in sorted(manifest.data, key=lambda file: file.split != "train"):
        if file.view == view:
            named.setdefault(file.split if file.split in manifest.splits else "train", []).append(file.path)
    return [{"split": split, "path": paths} for split, paths in named.items()]


def _size(rows: int) -> str:
    names = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M")
    return names[min(max(len(str(rows)) - 3, 0), 5)]


def _how(manifest: Manifest, author_hash: bool) -> str:
    who = (
        "Authors are pseudonyms: equal for equal people, but not anonymous."
        if author_hash
        else "Authors are named as they signed in."
    )
    words = "The words are as typed: read them before you publish, they may hold personal data."
    if manifest.scrubbed is not None:
        words = "Personal data in texts was replaced as far as it was found, see below."
    return (
        "## How it was made\n\n"
        "People looked at outputs of a model and said what they thought, in their own words or by a gesture. "
        "A parser read the words and showed its reading to the person, who could confirm, mend or undo it. "
        "Each row names its author, words, parser, the version of the model and of the guideline. "
        f"{who} {words} "
        "No licence is stated; add one.\n\n"
        f"Export `{manifest.id[:16]}`, {manifest.created_at:%Y-%m-%d %H:%M} UTC; the files' hashes are in "
        "`manifest.json`."
    )


def _columns(manifest: Manifest, about: About) -> str:
    if about.schema is None:
        return ""
    parts = []
    for view in _views(manifest):
        schema = about.of(view)
        meanings = ((field.metadata or {}).get(b"meaning", b"").decode() for field in schema)
        cells = ((field.name, _type(field.type), meaning) for field, meaning in zip(schema, meanings, strict=True))
        title = f"### {view}\n\n" if view else ""
        parts.append(title + _table(("column", "type", "meaning"), cells))
    return "## Columns\n\n" + "\n\n".join(parts)


def _type(type: pa.DataType) -> str:
    """The name of a type, nested ones in short: messages are list of {role, content}."""
    if pa.types.is_list(type):
        return f"list of {_type(type.value_type)}"
    if pa.types.is_struct(type):
        return "{" + ", ".join(field.name for field in type) + "}"
    return str(type)


def _counts(manifest: Manifest) -> str:
    kinds = _table(("kind", "pieces of feedback"), manifest.kinds.items())
    authors = _table(("author", "pieces of feedback"), manifest.authors.items())
    came = f"{manifest.feedback} pieces of feedback came in; {manifest.rows} rows are in the data."
    chosen = f"\n\nChosen by: {_plain(_options(manifest.chosen))}." if manifest.chosen else ""
    parts = [f"## Counts\n\n{came}{chosen}", kinds, authors]
    if len(manifest.splits) > 1:
        sides = _table(("split", "pieces of feedback"), manifest.splits.items())
        parts.append(
            f"{sides}\n\nWhat is said about one input is in one split, whoever said it; it is drawn by the hash of the "
            "input, so it stays the same in later exports. Feedback without an input, such as rules, is in `train`."
        )
    return "\n\n".join(parts)


def _options(chosen: Mapping[str, Any]) -> str:
    told = {name.replace("_", "-"): value for name, value in chosen.items()}
    return ", ".join(name if value is True else f"{name} {value}" for name, value in told.items())


def _scrubbed(manifest: Manifest) -> str:
    if manifest.scrubbed is None:
        return ""
    kinds = _table(("kind", "replaced"), manifest.scrubbed.items()) if manifest.scrubbed else "None was found."
    return f"## Personal data\n\n{LIMITS}\n\n{kinds}"


def _left_out(manifest: Manifest) -> str:
    if not manifest.skipped:
        return "## Left out\n\nNothing: all feedback is in the data."
    total = sum(each.count for each in manifest.skipped)
    cells = ((each.kind, each.count, each.why) for each in manifest.skipped)
    return f"## Left out\n\n{total} pieces of feedback.\n\n" + _table(("kind", "how many", "because"), cells)


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_plain(str(cell)) for cell in line) + " |" for line in lines)


def _plain(text: str) -> str:
    """Text from people as one line of Markdown that neither breaks a table nor holds HTML."""
    for char, safe in (("&", "&amp;"), ("<", "&lt;"), ("|", "&#124;")):
        text = text.replace(char, safe)
    return " ".join(text.split())

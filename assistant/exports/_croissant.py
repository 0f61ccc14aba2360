"""Croissant metadata of an export: croissant.json, by which machine-learning tools and search engines read data sets.

    {"@type": "sc:Dataset", "name": "feedback-mail-parquet", "distribution": [{"@type": "cr:FileObject", ...}],
     "recordSet": [{"@id": "train", "field": [{"@id": "train/words", "dataType": "sc:Text", ...}]}]}

One record set for each view and split. Croissant 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html)
with the vocabulary of responsible AI for how the feedback came about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assistant.exports._rows import About

if TYPE_CHECKING:
    from assistant.exports._manifest import File, Manifest

__all__ = ["croissant"]

_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject",
    "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
    "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS},
}
_FORMATS = {"parquet": "application/x-parquet", "csv": "text/csv", "jsonl": "application/jsonlines"}
_MOMENTS = ("created_at", "retracted_at")  # ISO 8601
_HOW = """People looked at outputs of a model and said what they thought, in their own words or by a gesture. A parser
read the words and showed its reading to the person, who could confirm, mend or undo it."""


def croissant(manifest: Manifest, about: About, what: str) -> dict[str, Any] | None:
    """The metadata; None for files that Croissant has no words for."""
    files = manifest.data
    if about.schema is None or about.read is None or not all(_known(about.of(file.view)) for file in files):
        return None
    format = manifest.format.replace("_", "-")
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": _name(f"feedback-{manifest.task}-{format}"),
        "description": f"{what.strip()} What people said about a model's outputs, in the task {manifest.task}.",
        "version": "1.0.0",
        "identifier": manifest.id,
        "citeAs": f"Feedback on {manifest.task}, export {manifest.id[:16]} by Sayso {manifest.sayso}",
        "datePublished": f"{manifest.created_at:%Y-%m-%d}",
        "keywords": ["human-feedback", *about.tags],
        "creator": {"@type": "sc:Organization", "name": f"Sayso {manifest.sayso}"},
        "rai:dataAnnotationProtocol": [" ".join(_HOW.split())],
        "rai:dataAnnotationPlatform": [f"Sayso {manifest.sayso}"],
        "rai:personalSensitiveInformation": ["The words of the people who gave feedback, as typed."],
        "distribution": [_file(file) for file in files],
        "recordSet": [_records(file, about.of(file.view)) for file in files],
    }


def _name(text: str) -> str:
    """A name of the characters that Croissant's readers take."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text)


def _file(file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _FORMATS[file.path.rpartition(".")[2]],
        "sha256": file.sha256,
    }


def _records(file: File, schema: pa.Schema) -> dict[str, Any]:
    name = f"{file.view}/{file.split}" if file.view else file.split
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{file.rows} records",
        "field": [_field(f"{name}/{field.name}", field, file.path) for field in schema],
    }


def _field(name: str, field: pa.Field, path: str) -> dict[str, Any]:
    meaning = (field.metadata or {}).get(b"meaning", field.name.encode()).decode()
    told: dict[str, Any] = {"@type": "cr:Field", "@id": name, "name": field.name, "description": meaning}
    inner, depth = field.type, 0
    while pa.types.is_list(inner):
        inner, depth = inner.value_type, depth + 1
    if depth:
        told |= {"isArray": True, "arrayShape": ",".join(["-1"] * depth)}
    if not pa.types.is_struct(inner):
        kind = "sc:DateTime" if field.name in _MOMENTS else _type(inner)
        return told | {"dataType": kind, "source": _source(path, field.name)}
    parts = [
        {
            "@type": "cr:Field",
            "@id": f"{name}/{part.name}",
            "name": part.name,
            "dataType": _type(part.type),
            "source": _source(path, field.name) | {"transform": {"jsonPath": part.name}},
        }
        for part in inner
    ]
    return told | {"subField": parts}


def _source(path: str, column: str) -> dict[str, Any]:
    return {"fileObject": {"@id": path}, "extract": {"column": column}}


def _type(type: pa.DataType) -> str:
    if pa.types.is_boolean(type):
        return "sc:Boolean"
    return "sc:Integer" if pa.types.is_integer(type) else "sc:Float" if pa.types.is_floating(type) else "sc:Text"


def _known(schema: pa.Schema) -> bool:
    """Whether no column has lists or objects inside of objects."""
    return not any(pa.types.is_nested(part.type) for field in schema for part in _parts(field.type))


def _parts(type: pa.DataType) -> list[pa.Field]:
    while pa.types.is_list(type):
        type = type.value_type
    return list(type) if pa.types.is_struct(type) else []

"""Own molecules from a file, and molecules into one: SMILES, CSV and SDF, told apart by the file's ending.

    load("mine.sdf")    ->  Loaded([mol, mol], index=[0, 2], fields=[{"name": "x1"}, ...], aside=[Aside(1, "x2", ...)])
    save("out.csv", mols, [{"score": 0.81}, ...])

Each molecule is cleaned as in `chem`; a record that can't be taken is set aside with its place and its reason.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import UserError
from assistant.molecules.chem import Aside, Mol, canonical, clean

__all__ = ["ENDINGS", "Loaded", "csv_rows", "load", "save", "smiles_column"]

ENDINGS = (".smi", ".csv", ".sdf")
SMILES_COLUMNS = ("smiles", "canonical_smiles", "structure", "mol")


@dataclass(frozen=True)
class Loaded:
    """`mols[i]` was record number `index[i]` and had `fields[i]` beside it; every other record is in `aside`."""

    mols: list[Mol]
    index: list[int]
    fields: list[dict[str, str]]
    aside: list[Aside]


def load(path: Path | str) -> Loaded:
    """The molecules of a file.

    Raises:
        UserError: the file can't be read, its ending is not known, or not one molecule in it can be taken.
    """
    path = Path(path)
    records = {".smi": _smi, ".csv": _csv, ".sdf": _sdf}.get(path.suffix.lower())
    if records is None:
        raise UserError(f"The file {path.name!r} ends in {path.suffix!r}", f"one of: {', '.join(ENDINGS)}")
    if not path.is_file():
        raise UserError(f"There is no file {str(path)!r}", do="check its path")
    loaded = Loaded([], [], [], [])
    for number, (given, smiles, fields) in enumerate(records(path)):
        try:
            if smiles is None:
                raise UserError(f"Record {number + 1} of {path.name!r} can't be read as a molecule")
            loaded.mols.append(clean(smiles))
        except UserError as wrong:
            loaded.aside.append(Aside(number, given, str(wrong)))
            continue
        loaded.index.append(number)
        loaded.fields.append(fields)
    if not loaded.mols:
        first = f"; the first: {loaded.aside[0].reason}" if loaded.aside else ""
        raise UserError(f"Not one of the {len(loaded.aside)} records of {path.name!r} can be taken{first}")
    return loaded


def _smi(path: Path) -> Iterator[tuple[str, str | None, dict[str, str]]]:
    """A SMILES on each line, and behind it a name."""
    for line in _text(path).splitlines():
        smiles, _, name = line.strip().partition(" ") if " " in line.strip() else line.strip().partition("\t")
        if smiles:
            yield line, smiles, {"name": name.strip()} if name.strip() else {}


def _csv(path: Path) -> Iterator[tuple[str, str | None, dict[str, str]]]:
    rows = csv_rows(path)
    column = smiles_column(path, rows)
    for row in rows:
        smiles = row[column] or ""
        yield smiles, smiles, {key: value for key, value in row.items() if key and key != column and value}


def _sdf(path: Path) -> Iterator[tuple[str, str | None, dict[str, str]]]:
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        supplier = Chem.SDMolSupplier()
        supplier.SetData(_text(path, other="latin-1"))  # which many older programs write
        for number in range(len(supplier)):
            mol, title = supplier[number], supplier.GetItemText(number).partition("\n")[0].strip()
            fields = {} if mol is None else {key: mol.GetProp(key) for key in mol.GetPropNames()}
            named = {"name": title, **fields} if title else fields
            yield title or f"record {number + 1}", None if mol is None else canonical(mol), named


def csv_rows(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV by its header.

    Raises:
        UserError: it can't be read, or has none.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(_text(path), newline="")))
    except csv.Error as wrong:
        raise UserError(f"The file {str(path)!r} can't be read as CSV: {wrong}", do="check it") from wrong
    if not rows:
        raise UserError(f"The file {str(path)!r} has no lines below its header", do="give SMILES and values")
    return rows


def smiles_column(path: Path, rows: Sequence[Mapping[str, str]]) -> str:
    """The column of the molecules, by its name.

    Raises:
        UserError: none is called SMILES or the like.
    """
    for wanted in SMILES_COLUMNS:
        for column in rows[0]:
            if column is not None and column.strip().casefold() == wanted:
                return column
    columns = ", ".join(str(column) for column in rows[0])
    raise UserError(f"{path.name!r} has no column 'smiles'", f"the columns are: {columns}", "name it")


def _text(path: Path, other: str | None = None) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        if other is not None:
            return path.read_text(encoding=other)
        raise UserError(f"The file {str(path)!r} is not UTF-8: {wrong.reason}", do="save it as UTF-8") from wrong
    except OSError as wrong:
        raise UserError(f"The file {str(path)!r} can't be read: {wrong.strerror}", do="check its path") from wrong


def save(path: Path | str, mols: Sequence[Mol], fields: Sequence[Mapping[str, Any]] | None = None) -> None:
    """Write molecules and what belongs to each; a missing value is an empty cell, never 0.

    Raises:
        UserError: the ending is not known, or the file can't be written.
    """
    path = Path(path)
    beside = list(fields) if fields is not None else [{} for _ in mols]
    written = {".smi": _as_smi, ".csv": _as_csv, ".sdf": _as_sdf}.get(path.suffix.lower())
    if written is None:
        raise UserError(f"The file {path.name!r} ends in {path.suffix!r}", f"one of: {', '.join(ENDINGS)}")
    text = written(list(zip(mols, beside, strict=True)))
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as wrong:
        raise UserError(f"The file {str(path)!r} can't be written: {wrong.strerror}") from wrong


def _as_smi(rows: Sequence[tuple[Mol, Mapping[str, Any]]]) -> str:
    return "".join(f"{canonical(mol)} {fields.get('name', '')}".strip() + "\n" for mol, fields in rows)


def _as_csv(rows: Sequence[tuple[Mol, Mapping[str, Any]]]) -> str:
    columns = list(dict.fromkeys(key for _, fields in rows for key in fields))
    text = io.StringIO()
    writer = csv.DictWriter(text, ["SMILES", *columns])
    writer.writeheader()
    writer.writerows(
        {"SMILES": canonical(mol)} | {key: _cell(value) for key, value in fields.items()} for mol, fields in rows
    )
    return text.getvalue()


def _as_sdf(rows: Sequence[tuple[Mol, Mapping[str, Any]]]) -> str:
    from rdkit import Chem
    from rdkit.Chem.rdDepictor import Compute2DCoords

    blocks = []
    for mol, fields in rows:
        drawn = Chem.Mol(mol)
        Compute2DCoords(drawn)
        drawn.SetProp("_Name", str(fields.get("name", "")))
        kept = {key: _cell(value) for key, value in fields.items() if key != "name"}
        data = "".join(f">  <{key}>\n{value}\n\n" for key, value in kept.items() if value != "")
        blocks.append(f"{Chem.MolToMolBlock(drawn)}{data}$$$$\n")
    return "".join(blocks)


def _cell(value: Any) -> str:
    return "" if value is None or value != value else str(value)

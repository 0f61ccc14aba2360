"""Dataset folders to rows: those of `datasets.save_to_disk`, and data files as the Hugging Face hub lays them out.

    reviews/README.md  reviews/data/train-0.csv  reviews/data/test-0.csv
    -> Table(rows=[Row(2, {...}, split="train"), ..., Row(2, {...}, split="test"), ...])

Only local files are read: what a card points to outside its folder, or on the network, is not looked at.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from assistant._rows import FORMATS, READERS, Row, Table, columns_of, read_table
from assistant.errors import UserError

__all__ = ["read_folder"]


def read_folder(path: Path) -> Table:
    """All rows of all splits.

    Raises:
        UserError: it holds no data files, several datasets, or a damaged one.
    """
    if (path / "dataset_dict.json").exists() or (path / "state.json").exists():
        return _saved(path)
    parts = [(split, file) for split, files in _parts(path).items() for file in files]
    if not parts:
        raise UserError(f"The folder {str(path)!r} has no data files", f"it can hold {FORMATS}")
    tables = []
    for split, file in parts:
        table = read_table(file)
        name = file.relative_to(path).as_posix()
        tables.append(
            replace(
                table,
                rows=[row._replace(split=split) for row in table.rows],
                aside=[(line, f"of {name!r} {reason}") for line, reason in table.aside],
            )
        )
    return Table(
        tuple(dict.fromkeys(name for table in tables for name in table.columns)),
        [row for table in tables for row in table.rows],
        [entry for table in tables for entry in table.aside],
        list(dict.fromkeys(note for table in tables for note in table.notes)),
    )


def _parts(path: Path) -> dict[str | None, list[Path]]:
    """The data files of each split: as the dataset card says, else by the names of files and folders."""
    patterns = _card(path)
    if not patterns:
        from datasets.data_files import EmptyDatasetError, get_data_patterns

        try:
            patterns = get_data_patterns(str(path.absolute()))
        except EmptyDatasetError:
            patterns = {}
    inside = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in READERS)
    taken: set[Path] = set()
    parts: dict[str | None, list[Path]] = {}
    for split, globs in patterns.items():
        # patterns match relative to the folder only: never an address, never a file outside
        files = [file for file in inside if file not in taken and any(_fits(file, path, g) for g in globs)]
        taken.update(files)
        parts[split if len(patterns) > 1 else None] = files
    return parts


def _fits(file: Path, folder: Path, pattern: str) -> bool:
    name = file.relative_to(folder).as_posix()
    # get_data_patterns speaks fsspec: `**/` may also stand for no folder at all
    return any(fnmatch(name, each) for each in {pattern, pattern.removeprefix("**/")})


def _card(path: Path) -> dict[str, list[str]]:
    """split -> patterns, as the `configs` in the card's YAML say; {} where it doesn't."""
    card = path / "README.md"
    if not card.exists():
        return {}
    import yaml
    from datasets.data_files import sanitize_patterns
    from huggingface_hub.repocard import metadata_load

    try:
        data = metadata_load(card) or {}
    except (ValueError, yaml.YAMLError) as wrong:
        raise UserError(f"The YAML at the head of {str(card)!r} can't be read: {wrong}") from wrong
    configs = [config for config in data.get("configs") or [] if config.get("data_files")]
    chosen = [config for config in configs if config.get("default")] or configs
    if len(chosen) > 1:
        names = ", ".join(str(config.get("config_name")) for config in chosen)
        raise UserError(f"The folder {str(path)!r} holds several datasets: {names}", do="name one of its files instead")
    return {k: list(v) for k, v in sanitize_patterns(chosen[0]["data_files"]).items()} if chosen else {}


def _saved(path: Path) -> Table:
    """A folder written by `datasets.save_to_disk`; class labels are given by name."""
    import datasets

    try:
        loaded = datasets.load_from_disk(str(path))
    except (ValueError, FileNotFoundError, OSError) as wrong:
        raise UserError(f"The dataset folder {str(path)!r} can't be read: {wrong}") from wrong
    splits = loaded if isinstance(loaded, datasets.DatasetDict) else {None: loaded}
    rows: list[Row] = []
    for split, dataset in splits.items():
        names = {column: kind.names for column, kind in dataset.features.items() if hasattr(kind, "names")}
        for cells in dataset:
            named = {
                column: values[cells[column]]
                for column, values in names.items()
                if cells[column] is not None and cells[column] >= 0
            }
            unnamed = {column: None for column in names if column not in named}
            rows.append(Row(len(rows) + 1, {**cells, **named, **unnamed}, split))
    return Table(columns_of(rows), rows)

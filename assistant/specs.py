"""Task files: a few lines of YAML that make a task, for people who write no Python.

    # reviews.yaml                load_spec(Path("reviews.yaml"))
    task: classify                -> TaskSpec(task="classify", data="/home/me/reviews.csv", text="review",
    data: reviews.csv                         label="stars", labels=("bug", "wish", "praise"))
    text: review
    label: stars                  open_task(spec)
    labels: bug, wish, praise     -> Task(name="reviews", ...)

`data` is relative to the task file. An unknown key is an error that names the nearest known one.
"""

from __future__ import annotations

import difflib
import hashlib
import inspect
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from assistant.data import HOME
from assistant.errors import UserError
from assistant.tasks import Task, task
from assistant.types import TaskSpec

__all__ = ["load_spec", "open_task", "resolve", "save_spec"]


def load_spec(path: Path) -> TaskSpec:
    """The task that a YAML file describes.

    Raises:
        UserError: the file can't be read, is not YAML, or has an unknown key or a value out of range.
    """
    plain = _read(path)
    if isinstance(plain.get("labels"), str):
        plain["labels"] = [label.strip() for label in plain["labels"].split(",") if label.strip()]
    if plain.get("data"):
        plain["data"] = str((path.absolute().parent / Path(plain["data"]).expanduser()).resolve())
    beside = path.absolute().parent / Path(str(plain.get("goal", "")))
    if plain.get("goal") and beside.is_file():  # else it is a name
        plain["goal"] = str(beside.resolve())
    return _checked(plain, f" in {str(path)!r}")


def resolve(task: str | Path | TaskSpec, **options: Any) -> TaskSpec:
    """The spec of a task given by its plugin's name, its YAML file (.yaml, .yml) or its spec.

    Args:
        options: fields of `TaskSpec` that win over the spec's own; None: not given.

    Raises:
        UserError: the file can't be read, or an option is unknown or out of range.
    """
    if isinstance(task, TaskSpec):
        spec = task
    elif isinstance(task, Path) or task.lower().endswith((".yaml", ".yml")):
        spec = load_spec(Path(task).expanduser())
    else:
        spec = TaskSpec(task=task)
    given = {option: value for option, value in options.items() if value is not None}
    plain = {**spec.model_dump(), **given}
    if plain["data"] is not None:
        # the worker makes the task again, maybe in another working directory
        plain["data"] = str(Path(plain["data"]).expanduser().absolute())
    if plain["goal"] is not None and Path(plain["goal"]).expanduser().is_file():
        plain["goal"] = str(Path(plain["goal"]).expanduser().absolute())
    return _checked(plain, "")


def _checked(plain: dict[str, Any], where: str) -> TaskSpec:
    for key in plain:
        if key not in TaskSpec.model_fields:
            raise _unknown(key, where)
    try:
        return TaskSpec.model_validate(plain)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{key} = {first['input']!r}{where} can't be used", first["msg"]) from wrong


def save_spec(spec: TaskSpec, path: Path) -> None:
    """Writes what differs from the defaults, so that `load_spec(path)` gives the same task from anywhere."""
    plain = {"task": spec.task, **spec.model_dump(mode="json", exclude_defaults=True)}
    if spec.data:
        data, folder = Path(spec.data).expanduser().resolve(), path.absolute().parent.resolve()
        plain["data"] = str(data.relative_to(folder) if data.is_relative_to(folder) else data)
    try:
        path.write_text(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True), encoding="utf-8")
    except OSError as wrong:
        raise UserError(f"The task file {str(path)!r} can't be written: {wrong.strerror}") from wrong


def open_task(spec: TaskSpec, in_use: Sequence[TaskSpec] = (), home: Path | None = None) -> Task:
    """The task of `spec`, made by its plugin; called `spec.name`, or after the data file, or the plugin.

    Args:
        in_use: the tasks that the store knows. Where one of them has the name but other data, a short hash of this
            data's path is appended, so that a/reviews.csv and b/reviews.csv stay two tasks.
        home: where the examples of large files are kept; None: the setting `home`.

    Raises:
        UserError: there is no such plugin, it lacks an option that the spec sets, or the data can't be read.
    """
    factory = task.get(spec.task)
    options = spec.model_dump(exclude={"task", "name"})
    parameters = inspect.signature(factory).parameters
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    for option, value in options.items():
        # a setting that is silently without effect would be worse than an error
        if not takes_all and option not in parameters and value != TaskSpec.model_fields[option].default:
            known = ", ".join(name for name in parameters if name in TaskSpec.model_fields)
            wrong = f"The task {spec.task!r} has no option {option!r}"
            raise UserError(wrong, f"it has: {known or 'none'}", "leave it out")
    taken = {option: value for option, value in options.items() if takes_all or option in parameters}
    token = HOME.set(home)
    try:
        made = factory(**taken)
    finally:
        HOME.reset(token)
    name = spec.name or _apart(made.name or default_name(spec.task, spec.data), spec, in_use)
    return replace(made, name=name)


def default_name(plugin: str, data: str | None) -> str:
    """The data file's name without its ending, else the plugin's."""
    return Path(data).stem if data else plugin


def _apart(name: str, spec: TaskSpec, in_use: Sequence[TaskSpec]) -> str:
    """`name`, or "name-5f3a1c" where it stands for other data already."""
    place = _place(spec)
    if all(other.name != name or _place(other) == place for other in in_use):
        return name
    return f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:6]}"


def _place(spec: TaskSpec) -> str:
    return str(Path(spec.data).expanduser().resolve()) if spec.data else ""


def _read(path: Path) -> dict[str, Any]:
    try:
        # BaseLoader leaves every value a string, so that `labels: [yes, no]` stay labels
        plain = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
    except FileNotFoundError as wrong:
        raise UserError(f"There is no task file {str(path)!r}", do="check the path") from wrong
    except OSError as wrong:
        raise UserError(f"The task file {str(path)!r} can't be read: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        raise UserError(f"The task file {str(path)!r} is not UTF-8", do="save it as UTF-8") from wrong
    except (yaml.YAMLError, RecursionError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(wrong, "problem", None) or str(wrong)
        raise UserError(f"The task file {str(path)!r} is not valid YAML{where}: {problem}") from wrong
    if not isinstance(plain, dict):
        raise UserError(f"The task file {str(path)!r} holds no settings", "it has lines such as data: my.csv")
    return {key: value for key, value in plain.items() if value not in ("", "null", "~")}


def _unknown(key: Any, where: str) -> UserError:
    near = difflib.get_close_matches(str(key), TaskSpec.model_fields, n=1, cutoff=0.5)
    return UserError(
        f"The key {str(key)!r}{where} is unknown",
        f"the keys are: {', '.join(TaskSpec.model_fields)}",
        f"did you mean {near[0]!r}?" if near else "",
    )

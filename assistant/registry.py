"""One mechanism by which every kind of plugin is found.

A plugin is a function that returns a value (a Task, a Signal, an Exporter ...), decorated with its kind, in a
file that bears the function's name. Files of our own packages and entry points of other people's
distributions enter by the same door:

    # assistant/tasks/rumour.py              # or, in another distribution's pyproject.toml
    @task                                    [project.entry-points.sayso]
    def rumour() -> Task: ...                "task.rumour" = "my_package.rumour:rumour"

    tasks.names()          -> ["classify", "rumour", "sentiment"]   (imports nothing)
    tasks.get("rumour")    -> the function                          (imports that one file)
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar

from assistant.errors import UserError, need

__all__ = ["Registry"]

T = TypeVar("T", bound=Callable[..., Any])
ENTRY_POINT_GROUP = "sayso"


class Registry(Generic[T]):
    """All plugins of one kind.

    Args:
        kind: the singular noun, as people read it in messages and as entry points are prefixed.
        package: the package whose files are the built-in plugins of this kind.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind, self.package = kind, package
        self._found: dict[str, T] = {}

    def __call__(self, function: T) -> T:
        """Register `function` under its own name; for use as a decorator."""
        self._found[function.__name__] = function
        return function

    def names(self) -> list[str]:
        """The names of all plugins, in alphabetical order, without importing any."""
        return sorted({*self._files(), *self._entry_points(), *self._found})

    def get(self, name: str) -> T:
        """The plugin called `name`.

        Raises:
            UserError: there is none of that name, or it needs a package that is not installed.
        """
        if name not in self._found:
            self._load(name)
        return self._found[name]

    def _load(self, name: str) -> None:
        points = self._entry_points()
        try:
            if name in self._files():
                importlib.import_module(f"{self.package}.{name}")
            elif name in points:
                self._found[name] = points[name].load()
            else:
                raise UserError(f"There is no {self.kind} {name!r}", f"there is: {', '.join(self.names()) or 'none'}")
        except ModuleNotFoundError as missing:
            module = (missing.name or "").split(".")[0]
            raise need(module, module, f"the {self.kind} {name!r}") from missing
        if name not in self._found:
            raise UserError(
                f"The file {self.package}.{name} registers no {self.kind} called {name!r}",
                do="name the decorated function as its file",
            )

    def _files(self) -> list[str]:
        # find_spec, not import: listing the signals must not import torch
        spec = importlib.util.find_spec(self.package)
        folders = [str(Path(folder)) for folder in (spec.submodule_search_locations or [])] if spec else []
        return [module.name for module in pkgutil.iter_modules(folders) if not module.name.startswith("_")]

    def _entry_points(self) -> dict[str, EntryPoint]:
        prefix = f"{self.kind}."
        points = entry_points(group=ENTRY_POINT_GROUP)
        return {point.name.removeprefix(prefix): point for point in points if point.name.startswith(prefix)}

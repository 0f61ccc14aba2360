"""The house keeps its shape: imports go one way, plugins are found by name, files stay short, nothing is local."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.models import family
from adapters.signals import signal
from assistant.bench import bench
from assistant.exports import exporter
from assistant.imports import importer
from assistant.molecules.components import component
from assistant.parsers import parser
from assistant.quality import measure
from assistant.registry import Registry
from assistant.rehearsals import rehearsal
from assistant.strategies import strategy
from assistant.tasks import task

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assistant", "adapters", "ui")
FILES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
REGISTRIES: tuple[Registry[Any], ...] = (
    task, parser, strategy, rehearsal, exporter, importer, bench, family, signal, component, measure,
)  # fmt: skip

LONGEST = 330
LONGER = {  # each holds one idea that would be harder to read in two files
    "assistant/session.py": 630,
    "adapters/models/classifier.py": 340,
    "assistant/types.py": 440,
}
HEAVY = {"torch", "transformers", "peft", "sentence_transformers", "datasets", "gradio", "rdkit", "sklearn", "trl"}
NETWORKS = {f"assistant/parsers/{name}.py" for name in ("_net", "_reader", "_teach")}
"""Files that are torch through and through: they may import it at once, and are imported at use only themselves."""
ADAPTERS_MAY_IMPORT = {"assistant.types", "assistant.errors", "assistant.registry", "assistant.settings"}


class Import(NamedTuple):
    """`lazy`: inside a function, so that it costs nothing before the function runs; `typing`: only for mypy."""

    file: str
    line: int
    module: str
    lazy: bool
    typing: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def imports(source: str, file: str) -> Iterator[Import]:
    """Every import of a file, by the full name of the module."""

    def walk(node: ast.AST, lazy: bool, typing: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, name.name, lazy, typing) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            yield Import(file, node.lineno, node.module or "", lazy, typing)
            if node.module in PACKAGES:
                # `from assistant import session` names a module, too
                yield from (Import(file, node.lineno, f"{node.module}.{n.name}", lazy, typing) for n in node.names)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for child in node.body:
                yield from walk(child, lazy, True)
            for child in node.orelse:
                yield from walk(child, lazy, typing)
            return
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside, typing)

    yield from walk(ast.parse(source), lazy=False, typing=False)


def all_imports(package: str) -> list[Import]:
    return [
        found
        for file in FILES
        if file.is_relative_to(ROOT / package)
        for found in imports(file.read_text("utf-8"), str(file.relative_to(ROOT)))
    ]


def top(module: str) -> str:
    return module.partition(".")[0]


def none_of(wrong: list[Import]) -> None:
    assert not wrong, "\n".join(map(str, wrong))


def test_the_walk_sees_what_is_lazy_and_what_is_for_typing() -> None:
    source = """
import torch
from assistant import session
if TYPE_CHECKING:
    import ui.app
def f():
    from adapters import fit
"""
    found = {(each.module, each.lazy, each.typing) for each in imports(source, "x.py")}
    assert found == {
        ("torch", False, False),
        ("assistant", False, False),
        ("assistant.session", False, False),
        ("ui.app", False, True),
        ("adapters", True, False),
        ("adapters.fit", True, False),
    }


def test_nothing_imports_the_page_but_the_command_line_and_that_lazily() -> None:
    found = [each for package in ("assistant", "adapters") for each in all_imports(package) if top(each.module) == "ui"]
    none_of([each for each in found if not (each.lazy and each.file.startswith("assistant/commands/"))])
    assert found, "the command line starts the page"


def test_the_assistant_reaches_the_adapters_only_when_it_uses_them() -> None:
    none_of([e for e in all_imports("assistant") if top(e.module) == "adapters" and not (e.lazy or e.typing)])


def test_the_assistant_imports_heavy_packages_only_at_use() -> None:
    heavy = [e for e in all_imports("assistant") if top(e.module) in HEAVY and not (e.lazy or e.typing)]
    none_of([e for e in heavy if e.file not in NETWORKS])
    names = {file.removesuffix(".py").replace("/", ".") for file in NETWORKS}
    at_once = [e for e in all_imports("assistant") if e.module in names and not (e.lazy or e.typing)]
    none_of([e for e in at_once if e.file not in NETWORKS])


def test_the_adapters_know_only_the_nouns() -> None:
    of_ours = [e for e in all_imports("adapters") if top(e.module) in ("assistant", "ui")]
    # the entry "assistant" itself comes along with `from assistant import ...`, which none of them does
    none_of([e for e in of_ours if e.module not in ADAPTERS_MAY_IMPORT])


def test_the_page_reaches_neither_the_adapters_nor_the_store() -> None:
    hidden = ("adapters", "assistant.store", "assistant.workbench", "assistant.learn", "assistant.worker")
    found = all_imports("ui")
    none_of([e for e in found if any(e.module == name or e.module.startswith(f"{name}.") for name in hidden)])
    assert any(e.module == "assistant.session" for e in found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_says_what_it_is_and_stays_short(file: Path) -> None:
    text, name = file.read_text("utf-8"), file.relative_to(ROOT).as_posix()
    bound = LONGER.get(name, LONGEST)
    assert text.count("\n") <= bound, f"{name} has {text.count(chr(10))} lines; at most {bound}"
    assert ast.get_docstring(ast.parse(text)), f"{name} does not say what it is"


@pytest.mark.parametrize("name", LONGER)
def test_an_exception_is_still_needed(name: str) -> None:
    assert (ROOT / name).read_text("utf-8").count("\n") > LONGEST, f"{name} is short now: strike it out of LONGER"


PLUGINS = [(registry, name) for registry in REGISTRIES for name in registry.names()]


@pytest.mark.parametrize(("registry", "name"), PLUGINS, ids=lambda value: getattr(value, "kind", value))
def test_a_plugin_loads_bears_the_name_of_its_file_and_says_what_it_is(registry: Registry[Any], name: str) -> None:
    plugin = registry.get(name)
    assert plugin.__name__ == name
    file = inspect.getsourcefile(plugin)
    assert file is not None
    assert Path(file).stem == name
    assert (plugin.__doc__ or "").strip(), f"the {registry.kind} {name!r} has no docstring"


def test_every_plugin_is_named_in_a_test() -> None:
    tests = [file for file in (ROOT / "tests").rglob("test_*.py") if file != Path(__file__).resolve()]
    text = "\n".join(file.read_text("utf-8") for file in tests)
    without = [f"{r.kind} {name}" for r, name in PLUGINS if not re.search(rf"\b{re.escape(name)}\b", text)]
    assert not without, f"no test names: {', '.join(without)}"


def tracked() -> list[Path]:
    """The files of the project: what git tracks or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout, so it can't be told what belongs to the project")
    return [file for name in listed.split("\0") if name and (file := ROOT / name).is_file()]


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    local = re.compile(rb"(?<![\w.])/" + rb"work/")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked()
        if b"\0" not in (text := file.read_bytes())
        for number, line in enumerate(text.splitlines(), start=1)
        if local.search(line)
    ]
    assert not found, f"paths of one machine: {', '.join(found)}"

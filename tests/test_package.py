"""What is installed is whole: every file of the packages is in the wheel, every import is declared."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assistant", "adapters", "ui")
OPTIONAL = {
    "playwright": "test", "llguidance": "transformers", "jinja2": "transformers", "openai": "openai", "spacy": "spacy",
    "phonenumbers": "scrub", "trl": "train", "cleanlab": "bench", "small_text": "bench", "skactiveml": "bench",
}  # fmt: skip
"""What is imported at use only, by what needs that extra."""


def ours() -> list[Path]:
    """The files of the packages, relative to the root, as git has them or would have them."""
    found = (file for package in PACKAGES for file in (ROOT / package).rglob("*"))
    return sorted(file.relative_to(ROOT) for file in found if file.is_file() and "__pycache__" not in file.parts)


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", reason="setuptools, which builds the wheel, is not installed here")
    # a copy, because setuptools leaves its build folders beside what it builds
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "README.md").touch()
    build = "from setuptools.build_meta import build_wheel; build_wheel('out')"
    (tmp_path / "out").mkdir()
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True)
    (wheel,) = (tmp_path / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    assert [file.as_posix() for file in ours() if file.as_posix() not in inside] == []
    assert {name.partition("/")[0] for name in inside if ".dist-info/" not in name} == set(PACKAGES)


def test_every_import_of_another_package_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    declared = {name: {canonicalize_name(Requirement(line).name) for line in lines} for name, lines in groups.items()}
    providers = packages_distributions()
    missing = []
    for module, file in imported().items():
        wanted = {canonicalize_name(name) for name in providers.get(module, [module])}
        if not wanted & (declared[""] | declared.get(OPTIONAL.get(module, ""), set())):
            missing.append(f"{file} imports {module}, of {' or '.join(sorted(wanted))}")
    assert missing == []


def imported() -> dict[str, Path]:
    """The packages of others that ours import, each with one file that does."""
    found: dict[str, Path] = {}
    for file in ours():
        if file.suffix != ".py":
            continue
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name.partition(".")[0]: file for name in names}
    return {name: file for name, file in found.items() if name not in {*sys.stdlib_module_names, *PACKAGES}}

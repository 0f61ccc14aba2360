"""Who sounds unhappy with a reply is heard, and the benchmark reads what annotators said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from adapters.satisfaction import learned, read, unhappy, vectors, write
from assistant.bench import _partners, bench
from assistant.errors import UserError
from tests.adapters.test_extract import PLACES

UNHAPPY = ["That is not what I asked.", "What are you talking about?", "You got it wrong.", "That makes no sense."]
CONTENT = ["Great, thank you.", "Yes, please.", "I like music, too.", "Book it for four people."]


def test_what_ships_hears_who_is_unhappy() -> None:
    said = unhappy(["I said Tuesday, not Wednesday.", "What do you mean?", "Great, thank you.", "How much is tea?"])
    assert said[:2].min() > 0.6 and said[2:].max() < 0.2
    assert unhappy([]).shape == (0,)


def test_it_is_learned_and_comes_back_as_it_was(tmp_path: Path) -> None:
    seen = vectors([*UNHAPPY, *CONTENT])
    weights = learned(seen, [True] * 4 + [False] * 4)
    assert weights(seen)[:4].min() > weights(seen)[4:].max()
    write(weights, tmp_path / "w.safetensors")
    assert np.allclose(read(tmp_path / "w.safetensors")(seen), weights(seen))


def talk(number: int, reaction: str, said: str) -> dict[str, object]:
    seen = [{"error_type": "E1", "comment": "", "user_correction": "C1", "user_reaction": reaction}] * 3
    turns = [{"utterance": f"Where is the {PLACES[number % 8]}?", "response": "On Mars."}]
    turns += [{"utterance": said, "response": "-"}]
    return {"turns": turns, "annotations": [{"turn": 1, "annotation": seen}], "corpus": "MWoZ"}


def test_the_benchmark_reads_what_annotators_said_and_measures(tmp_path: Path) -> None:
    rows = [talk(n, "UR4", UNHAPPY[n % 4]) for n in range(10)] + [talk(n, "", CONTENT[n % 4]) for n in range(10)]
    (tmp_path / "dialogues.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    said = _partners.read(tmp_path / "dialogues.jsonl")
    assert [one.unhappy for one in said] == [True] * 10 + [False] * 10 and said[0].reply == "On Mars."
    assert bench.get("satisfaction")().run(tmp_path, seeds=(0,)).figures["AUC"] > 0.9


def test_went_on_is_no_reaction_and_few_annotators_leave_it_open(tmp_path: Path) -> None:
    one = talk(0, "UR1", "And now?")
    some = talk(1, "", "Hm?")
    some["annotations"][0]["annotation"] = [{"user_reaction": r} for r in ("UR5", "", "")]  # type: ignore[index]
    (tmp_path / "d.jsonl").write_text(json.dumps(one) + "\n" + json.dumps(some) + "\n")
    assert [each.unhappy for each in _partners.read(tmp_path / "d.jsonl")] == [False, None]
    with pytest.raises(UserError, match="missing"):
        _partners.read(tmp_path / "none.jsonl")

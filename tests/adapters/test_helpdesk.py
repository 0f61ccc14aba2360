"""The generator of the texts that the small language model learns from."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from adapters.models._helpdesk import Talk, talks
from adapters.models._helpdesk_rules import CHECKS, FORCED, kept
from adapters.models._helpdesk_words import expand, sections

DEMO = Path(__file__).parents[2] / "assistant" / "tasks" / "demo" / "answer.jsonl"
NUMBER = re.compile(r"\d[\d:.]*\d|\d")


@pytest.fixture(scope="module")
def some() -> list[Talk]:
    return list(islice(talks(7), 3000))


def test_a_seed_decides() -> None:
    assert list(islice(talks(3), 50)) == list(islice(talks(3), 50))
    assert list(islice(talks(3), 50)) != list(islice(talks(4), 50))


def test_templates() -> None:
    assert expand("[Hi|Hello], {n} [1..2]") == ("Hi, {n} 1", "Hi, {n} 2", "Hello, {n} 1", "Hello, {n} 2")


def test_roles_take_turns(some: list[Talk]) -> None:
    for talk in some:
        roles = [message["role"] for message in talk.messages if message["role"] != "system"]
        assert roles in (["user", "assistant"], ["user", "assistant"] * 2)
        assert all(message["content"].strip() == message["content"] != "" for message in talk.messages)


def test_nothing_is_left_unfilled(some: list[Talk]) -> None:
    for talk in some:
        for message in talk.messages:
            assert not re.search(r"[\[\]{}~|]|  | [.,!?]|\.\.|,\.", message["content"]), message["content"]


def test_numbers_are_those_of_the_notice(some: list[Talk]) -> None:
    for talk in some:
        told = " ".join(message["content"] for message in talk.messages if message["role"] == "user")
        for message in talk.messages:
            if message["role"] == "assistant":
                answer = re.sub(r"^\d\. ", "", message["content"], flags=re.MULTILINE)
                assert set(NUMBER.findall(answer)) <= set(NUMBER.findall(told)), (told, answer)


def test_rules_are_kept(some: list[Talk]) -> None:
    seen: Counter[str] = Counter()
    for talk in some:
        for rule, value in talk.styles["rules"].items():
            seen[rule] += 1
            assert kept(rule, value, talk.messages[-1]["content"]), (rule, value, talk)
    assert seen.keys() == CHECKS.keys() | FORCED.keys()


def test_rules_are_said(some: list[Talk]) -> None:
    single = [talk for talk in some if len(talk.messages) <= 3]
    assert all(talk.messages[0]["role"] == "system" for talk in single if talk.styles["rules"])
    assert 0.35 < sum(bool(talk.styles["rules"]) for talk in single) / len(single) < 0.6


def test_a_check_can_fail() -> None:
    broken = {
        "sentences": "1",
        "phone": "555",
        "words": "2",
        "contains": "dogs",
        "start": "Dogs",
        "end": "Bye.",
        "name": "X",
    }
    text = "WE OPEN at 9:00. Come in"
    failing = {rule for rule in CHECKS if not kept(rule, broken.get(rule, "open"), text)}
    assert {"phone", "words", "contains", "start", "end", "name", "list", "lower", "upper", "emoji"} <= failing
    assert not kept("sentences", "1", "We open. Come in.")
    assert not kept("no_exclaim", "", "Come in!")


def test_variety(some: list[Talk]) -> None:
    answers = {talk.messages[-1]["content"] for talk in some}
    words = Counter(
        word for talk in some for message in talk.messages for word in re.findall(r"[a-z]+", message["content"].lower())
    )
    assert len(answers) > 0.95 * len(some)
    assert 500 < len(words) < 2000
    assert len({talk.styles["place"] for talk in some}) == len(sections("places")) == 14


def test_examples_that_ship() -> None:
    rows = [json.loads(line) for line in DEMO.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len({row["id"] for row in rows}) == len({row["input"] for row in rows}) >= 80
    assert all("\n\n" in row["input"] for row in rows)

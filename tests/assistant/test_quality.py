"""How good feedback is: agreement, reliability, rationales, careless; and what a training sees of several people."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assistant.quality import Finding, measure
from assistant.quality._overlap import f1, words
from assistant.quality._people import fit
from assistant.quality._votes import Vote, Votes, question_of, vote_of
from assistant.quality._weigh import weigh
from assistant.types import Evidence, Label, Preference

START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("red", "green", "blue")


def label(author: str, value: str, input: str = "x", n: int = 0, **over: Any) -> Label:
    where = {"id": f"{author}-{input}-{value}-{n}", "task": "t", "author": author, "critique": "c", "reading": "r"}
    given = {"op": "is", "created_at": START + timedelta(seconds=n), **over}
    return Label(**where, input=input, value=value, **given)


def votes(said: Sequence[Any], gold: dict[str, str] | None = None, **over: Any) -> Votes:
    made = [vote_of(one, seq) for seq, one in enumerate(said, 1)]
    answers = {question_of(input): value for input, value in (gold or {}).items()}
    return Votes([vote._replace(**over) for vote in made if vote], answers)


def crowd(errors: dict[str, float], inputs: int = 60, seed: int = 0, each: int | None = None) -> list[Label]:
    """Simulated people, each wrong as often as said, on inputs in turn."""
    rng = random.Random(seed)
    said = []
    for number in range(inputs):
        truth = KINDS[number % 3]
        for who in rng.sample(sorted(errors), each or len(errors)):
            wrong = rng.choice([kind for kind in KINDS if kind != truth])
            said.append(label(who, wrong if rng.random() < errors[who] else truth, f"input {number}", len(said)))
    return said


def find(name: str, record: Votes) -> list[Finding]:
    return measure.get(name)().find(record)


def named(record: Votes) -> dict[str, str]:
    return {one.people[0]: one.name for one in find("careless", record) if one.alarm}


# --- the record --------------------------------------------------------------------------------------------


def test_the_last_word_counts_and_denials_add_up() -> None:
    said = [label("ann", "red", n=1), label("ann", "blue", n=2), label("bob", "red", n=3, op="is_not")]
    said += [label("bob", "blue", n=4, op="is_not"), label("bob", "red", n=5, op="is_not")]
    standing = votes(said).newest("label")
    assert [(v.author, v.value, v.so) for v in standing] == [
        ("ann", "blue", True),
        ("bob", "blue", False),
        ("bob", "red", False),
    ]


def test_a_vote_has_what_it_took_and_what_the_model_said() -> None:
    body = {"value": "red", "highlights": [{"text": "hot", "weight": 0.5}]}
    vote = vote_of(label("ann", "red", n=10), 1, (START, body))
    assert vote is not None and (vote.seconds, vote.shown, vote.highlights) == (10.0, "red", (("hot", 0.5),))


def test_the_two_orders_of_a_pair_are_one_question() -> None:
    where = {"task": "t", "critique": "c", "reading": "r", "input": "x"}
    one = vote_of(Preference(**where, author="ann", chosen="a", rejected="b"), 1)
    two = vote_of(Preference(**where, author="bob", chosen="b", rejected="a"), 2)
    assert one and two and one.question == two.question and {one.value, two.value} == {"first", "second"}


# --- agreement ---------------------------------------------------------------------------------------------


def test_agreement_is_one_where_all_agree_and_about_zero_by_chance() -> None:
    same = find("agreement", votes(crowd({"ann": 0, "bob": 0})))[0]
    chance = find("agreement", votes(crowd({"ann": 2 / 3, "bob": 2 / 3}, 400)))[0]
    assert same.value == pytest.approx(1) and same.n == 60
    assert chance.value == pytest.approx(0, abs=0.12)
    assert chance.interval is not None and chance.interval[0] < 0.05 < chance.interval[1] + 0.12


def test_krippendorffs_own_example() -> None:
    """The first 12 units of his four coders ("Computing Krippendorff's Alpha-Reliability", 2011): .743, .815, .849."""
    table = [
        ["1", "2", "3", "3", "2", "1", "4", "1", "2", "", "", ""],
        ["1", "2", "3", "3", "2", "2", "4", "1", "2", "5", "", "3"],
        ["", "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", ""],
        ["1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", ""],
    ]
    said = [
        label(f"coder {n}", value, f"unit {u}", u)
        for n, row in enumerate(table)
        for u, value in enumerate(row)
        if value
    ]
    found = {one.name: one.value for one in find("agreement", votes(said)) if not one.people and one.label is None}
    assert found["alpha nominal"] == pytest.approx(0.743, abs=5e-4)
    assert found["alpha ordinal"] == pytest.approx(0.815, abs=5e-4)
    assert found["alpha interval"] == pytest.approx(0.849, abs=5e-4)


def test_agreement_per_label_and_per_pair() -> None:
    found = find("agreement", votes(crowd({"ann": 0, "bob": 0, "eve": 0.9})))
    pairs = {one.people: one.value for one in found if one.people}
    assert pairs["ann", "bob"] == pytest.approx(1) and (pairs["ann", "eve"] or 0) < 0.3
    assert {one.label for one in found if one.label} == set(KINDS)


def test_what_cannot_be_told_is_none() -> None:
    alone = find("agreement", votes([label("ann", "red")]))[0]
    assert alone.value is None and alone.interval is None and "nobody judged" in alone.text
    same = find("agreement", votes([label("ann", "red"), label("bob", "red")]))[0]
    assert same.value is None and "all answers are the same" in same.text


def test_preferences_and_evidence_agree_or_not() -> None:
    where = {"task": "t", "critique": "c", "reading": "r", "input": "x"}
    pairs = [
        Preference(**where, author=who, chosen=a, rejected=b) for who, a, b in (("ann", "p", "q"), ("bob", "q", "p"))
    ]
    because = [
        label(who, "red", "it is hot and dry", evidence=(Evidence(text=piece),))
        for who, piece in (("ann", "hot"), ("bob", "hot and"))
    ]
    found = {one.name: one.value for one in find("agreement", votes([*pairs, *because]))}
    assert found["preferences"] == 0 and found["evidence F1"] == pytest.approx(2 / 3)


# --- people ------------------------------------------------------------------------------------------------


def test_reliability_is_recovered_with_an_interval_that_holds_it() -> None:
    errors = {"ann": 0.05, "bob": 0.1, "cem": 0.4, "dan": 0.2}
    for one in find("reliability", votes(crowd(errors, 150))):
        assert one.value == pytest.approx(1 - errors[one.people[0]], abs=0.1)
        assert one.interval is not None and one.interval[0] <= 1 - errors[one.people[0]] <= one.interval[1]


def test_confusions_are_told() -> None:
    said = crowd({"ann": 0, "bob": 0}, 60)
    said += [label("eve", "green" if n % 3 == 2 else KINDS[n % 3], f"input {n}", 1000 + n) for n in range(60)]
    eve = next(one for one in find("reliability", votes(said)) if one.people == ("eve",))
    assert eve.details["takes"][0] == {"for": "green", "is": "blue", "share": pytest.approx(0.85, abs=0.15)}


def test_few_answers_are_drawn_to_the_prior_and_nobody_is_judged_alone() -> None:
    one = label("ann", "red", "a"), label("bob", "red", "a"), label("cem", "red", "a")
    assert all(finding.value is None for finding in find("reliability", votes(one)))
    two = crowd({"ann": 0, "bob": 0.5}, 30)
    assert all(finding.value is None for finding in find("reliability", votes(two)))
    three = [label(who, "red", f"i{n}", n) for who in ("ann", "bob", "cem") for n in range(3)]
    for finding in find("reliability", votes(three)):
        assert finding.value is not None and 0.8 < finding.value < 0.99
        assert finding.interval is not None and finding.interval[1] - finding.interval[0] > 0.1


def test_the_owners_answers_are_known_not_inferred() -> None:
    said = [label(who, "red", f"i{n}", n) for who in ("ann", "bob") for n in range(8)]
    gold = {f"i{n}": "blue" for n in range(8)}
    model = fit(votes(said).choices(), votes(said, gold).gold)
    assert model.truth(question_of("i0"))["blue"] > 0.99
    assert all((one.value or 1) < 0.5 for one in find("reliability", votes(said, gold)))


def test_rationales_with_others_and_with_the_model() -> None:
    text = "it is hot and dry here"
    said = [
        label(who, "red", text, evidence=(Evidence(text=piece),))
        for who, piece in (("ann", "hot"), ("bob", "hot"), ("eve", "here"))
    ]
    record = votes(said, highlights=(("hot", 0.4), ("is", -0.2)), shown="red")
    found = {(one.name, one.people[0]): one.value for one in find("rationales", record)}
    assert found["with others", "ann"] == pytest.approx(0.5) and found["with others", "eve"] == 0
    assert (found["with the model", "ann"] or 0) > 0.5 > (found["with the model", "eve"] or 0)


def test_words_and_their_overlap() -> None:
    assert words("the film is a bore , a long bore", ["a bore"]) == {3, 4}
    assert words(["no", "text"], ["piece"]) == {"piece"}
    assert f1(frozenset({3, 4}), frozenset({4, 7})) == 0.5


# --- careless ----------------------------------------------------------------------------------------------

FIVE = {"ann": 0.04, "bob": 0.04, "careless 1": 0.4, "careless 2": 0.4, "hostile": 0.3}


def test_a_hostile_person_among_five_is_named_within_50_answers_and_honest_people_are_not() -> None:
    late = 0
    for seed in range(6):
        found = find("careless", votes(crowd(FIVE, 50, seed)))
        who = {one.people[0]: one.after for one in found if one.alarm}
        assert not {"ann", "bob"} & set(who)
        late += "hostile" not in who
        assert who.get("hostile", 0) is not None and (who.get("hostile") or 0) <= 50
    assert late <= 1  # one in six had flipped few of the fifty


def test_honest_people_of_a_hard_task_are_not_named() -> None:
    for seed in range(4):
        assert named(votes(crowd(dict.fromkeys("abcde", 0.15), 60, seed))) == {}


def test_gold_names_whoever_is_wrong_about_it() -> None:
    said = [label("eve", "red" if n % 2 else "blue", f"i{n}", n) for n in range(30)] + [label("ann", "red", "i0", 99)]
    assert named(votes(said, {f"i{n}": "red" for n in range(30)})).get("eve") == "disagrees"


def test_too_fast() -> None:
    said = [label(who, KINDS[n % 3], f"{who} {n}", n) for who in ("ann", "eve") for n in range(20)]
    record = votes(said)
    timed = [vote._replace(seconds=0.2 if vote.author == "eve" else 4.0) for vote in record.all]
    assert named(Votes(timed)) == {"eve": "too fast"}


def test_always_the_same_key_unless_others_say_so_too() -> None:
    others = [label("ann", KINDS[n % 3], f"i{n}", n) for n in range(60)]
    same = [label("eve", "red", f"own {n}", 100 + n) for n in range(40)]
    assert named(votes([*others, *same])) == {"eve": "always the same"}
    right = [label("bob", "red", f"i{3 * n}", 200 + n) for n in range(20)]
    assert named(votes([*others, *right])) == {}


def test_whoever_is_alone_is_never_named() -> None:
    record = votes([label("ann", "red", f"i{n}", n) for n in range(50)])
    assert named(Votes([vote._replace(seconds=0.0) for vote in record.all])) == {}


def test_who_was_released_is_judged_anew() -> None:
    record = votes(crowd(FIVE, 70, 1))
    assert "hostile" in named(record)
    looked_at = [vote._replace(state="released") if vote.author == "hostile" else vote for vote in record.all]
    assert "hostile" not in named(Votes(looked_at))


# --- what a training sees ----------------------------------------------------------------------------------


def test_the_more_reliable_outweigh_the_others() -> None:
    record = votes(crowd({"ann": 0.02, "bob": 0.02, "eve": 0.6}, 60))
    here = [label("ann", "red", "new", 1), label("eve", "blue", "new", 2), label("bob", "red", "new", 3)]
    weighed = weigh(here, record)
    assert [one.author for one in weighed.kept] == ["ann", "bob"] and weighed.overruled == {here[1].id}
    against = weigh([here[0], here[1]], record)
    assert [one.author for one in against.kept] == ["ann"]


def test_an_even_dispute_waits() -> None:
    here = [label("ann", "red", "new", 1), label("bob", "blue", "new", 2)]
    weighed = weigh(here, votes([*crowd({"ann": 0.1, "bob": 0.1}, 20), *here]))
    assert weighed.kept == [] and weighed.open == {one.id for one in here} and not weighed.overruled


def test_one_person_alone_is_taken_at_their_word() -> None:
    here = [label("ann", "red", "new", 1), label("ann", "blue", "new", 2)]
    assert weigh(here, votes(here)).kept == here


def test_what_the_model_learned_long_ago_counts_too() -> None:
    record = votes(crowd({"ann": 0.02, "bob": 0.02, "eve": 0.5}, 60))
    old = [label("ann", "red", "new", 1), label("bob", "red", "new", 2)]
    weighed = weigh([label("eve", "blue", "new", 3)], record, also=lambda some: old)
    assert weighed.kept == [] and len(weighed.overruled) == 1


def test_votes_are_tuples_of_plain_values() -> None:
    vote = vote_of(label("ann", "red"), 1)
    assert isinstance(vote, Vote) and vote.state == "" and vote.seconds is None

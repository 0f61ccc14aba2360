"""What an answer is worth: the rules it has to keep, and which answers people called better.

>>> goal = goal_of([], ["When do you open?"])
>>> goal.asks(Example(id="1", input="When do you open?"))
'When do you open?'

Rules are obeyed at once: the model is told of them (`say`), what it writes is checked by code (`obey`), edited where
that does no harm (`repair`), or drawn anew. A training teaches the model to do by itself what it does when it is told
to: answers that were asked for with the rules and keep them are shown to it without (context distillation, Askell et
al. 2021, arXiv 2112.00861), as better than its own that break them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UserError
from assistant.rules import fires
from assistant.tasks import Asked, Lesson, Likeliest, More
from assistant.texts.clash import disputes
from assistant.texts.obey import broken, distance, holds, options, wanted
from assistant.texts.practice import Practice, practice
from assistant.texts.repair import repaired
from assistant.texts.say import instruction, question, told
from assistant.texts.taste import Pair, Taste, learned
from assistant.types import Constraint, Example, Feedback, Highlight, Label, Output, Preference, new_id

if TYPE_CHECKING:
    from adapters.signals import Material

__all__ = ["TextGoal", "goal_of"]

ROUNDS, WIDE = 4, 8
"""How often answers are asked for where too few obey, how many for each that is wanted the last time."""
KEPT = 0.5
"""The share of an answer that has to be left when it is cut on screen; else another is written."""
BETWEEN = "******"
"""The line between two answers in one."""
SLACK = 0.5
"""What an answer is worth at least, that breaks only what should hold, and not what must."""


@dataclass
class TextGoal:
    """See the module; made by `goal_of`.

    Args:
        pool, judged: inputs to learn from, and others to judge by.
    """

    rules: tuple[Constraint, ...]
    taste: Taste | None
    pool: Sequence[Any]
    judged: Sequence[Any]
    found: list[str] = field(default_factory=list)
    formats: tuple[str, ...] = (".jsonl",)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self.found)

    @property
    def disputes(self) -> Sequence[tuple[str, str, Constraint, Constraint]]:
        """Rules that can't both hold: each as a clause, and the rules."""
        return disputes(self.rules)

    # --- what an answer is worth -------------------------------------------------------------------------

    def score(self, values: Sequence[Any], inputs: Sequence[Any] = ()) -> NDArray[np.float64]:
        """(N,) 0 where a rule is broken that must hold; NaN where nothing was said by which it can be told."""
        asked = list(inputs) or [None] * len(values)
        worth = np.array([self._kept(str(v), x, self._rules(x)) for v, x in zip(values, asked, strict=True)], float)
        if self.taste is None or not len(values):
            return worth
        liked = self.taste([str(value) for value in values], [question(x) for x in asked])
        return np.where(np.isnan(worth), 1.0, worth) * liked

    def _kept(self, text: str, input: Any, rules: Sequence[Constraint]) -> float:
        """1 where all rules are kept that can be checked; NaN where there are none."""
        told = [(rule, holds(rule, text, question(input))) for rule in rules]
        if all(kept is None for _, kept in told):
            return float("nan")
        if any(kept is False and rule.strength == "must" for rule, kept in told):
            return 0.0
        worth = 1.0
        for rule, kept in told:
            if kept is False:
                worth *= 1 - (1 - SLACK) * distance(rule, text, question(input))
        return worth

    def explain(self, value: Any, input: Any = None) -> tuple[Highlight, ...]:
        """The rules that it breaks, and those that it keeps."""
        told = [(holds(rule, str(value), question(input)), instruction(rule)) for rule in self._rules(input)]
        bad = [Highlight(text=said, start=0, end=0, weight=-1.0) for kept, said in told if kept is False]
        good = [Highlight(text=said, start=0, end=0, weight=1.0) for kept, said in told if kept]
        return (*bad, *good)

    def _rules(self, input: Any, example: str | None = None) -> list[Constraint]:
        """Those in force for an input: without a condition, or with one that it meets."""
        there = [rule for rule in self.rules if rule.scope != "item" or rule.example_id == example]
        return [rule for rule in there if not rule.when or (input is not None and fires(rule, question(input)))]

    def _silent(self, input: Any) -> list[Constraint]:
        """Those whose condition the input does not meet."""
        return [rule for rule in self.rules if rule.when and rule.scope != "item" and not fires(rule, question(input))]

    # --- what is shown -----------------------------------------------------------------------------------

    def asks(self, example: Example) -> Any:
        return told(example.input, self._rules(example.input, example.id))

    def stays(self, output: Output, example: Example) -> Output | None:
        """As it is or edited; not where little would be left, nor where what was said since can't be checked."""
        rules = self._rules(example.input, example.id)
        text, asked = str(output.value), question(example.input)
        if any(holds(rule, text, asked) is None and rule.id not in output.rules for rule in rules):
            return None
        mended = self._mended(output, rules, asked)
        return mended if mended and len(str(mended.value).split()) >= KEPT * len(text.split()) else None

    def _mended(self, output: Output, rules: Sequence[Constraint], asked: str | None) -> Output | None:
        text = str(output.value)
        edited = repaired(text, rules, asked)
        if edited is None:
            return None
        acted = tuple(rule.id for rule in rules)
        if edited == text:
            return output.model_copy(update={"rules": acted})
        return output.model_copy(update={"value": edited, "said": output.value, "rules": acted, "id": new_id()})

    def choose(
        self,
        example: Example,
        outputs: list[Output],
        count: int,
        more: More,
        rng: np.random.Generator,
        shown: Collection[Any] = (),
    ) -> tuple[list[Output], str]:
        """Answers that keep the rules as they were written, before those that had to be edited."""
        rules, asked = self._rules(example.input, example.id), question(example.input)
        found: dict[str, Output] = {}
        # where only a few answers are allowed, the model says which of them is the likeliest
        allowed = options(rules)
        tried = more(len(allowed), self.asks(example), allowed) if allowed else list(outputs)
        for turn in range(1 if allowed else ROUNDS):
            some = tried if turn == 0 else more((WIDE if turn == ROUNDS - 1 else 2) * count, self.asks(example))
            tried += some if turn else []
            pairs = _paired(some, rules)
            mended = [output for output in (self._mended(one, rules, asked) for one in pairs) if output is not None]
            for output in sorted(mended, key=_lost):
                if output.value not in shown:
                    found.setdefault(str(output.value), output)
            if sum(_lost(output) <= 1 - KEPT for output in found.values()) >= count:
                break
        self.found = []
        if not found:
            best = [self._best(tried, rules, asked)] if tried and not shown else []
            none = "nothing else keeps every rule" if shown else "the model had nothing to say"
            return best, "the best that I could do" if best else none
        return self._two(list(found.values()), count, asked)

    def _best(self, tried: Sequence[Output], rules: Sequence[Constraint], asked: str | None) -> Output:
        """What is nearest to obeying, where nothing does; edited, if need be, so that the edit shows."""
        ranked = sorted(tried, key=lambda one: sum(distance(rule, str(one.value), asked) for rule in rules))
        best, acted = ranked[0], tuple(rule.id for rule in rules)
        # of two answers more can be made than of one: several paragraphs, for example
        more = [f"{best.value}\n\n{one.value}" for one in ranked if one.value != best.value][:1]
        for text in (str(best.value), *more):
            edited = repaired(text, rules, asked, force=True)
            if edited is not None:
                self.found = [f"After {len(tried)} tries none kept every rule, so #1 was edited until it does."]
                return best.model_copy(update={"value": edited, "said": best.value, "rules": acted, "id": new_id()})
        missed = "; ".join(instruction(rule) for rule in broken(rules, str(best.value), asked))
        self.found = [f"After {len(tried)} tries none keeps every rule. This one is nearest, but breaks: {missed}"]
        return best.model_copy(update={"rules": acted})

    def _two(self, found: list[Output], count: int, asked: str | None) -> tuple[list[Output], str]:
        """The one that is liked best, and those whose comparison with it would teach most."""
        found.sort(key=_lost)
        texts = [str(output.value) for output in found]
        if self.taste is None:
            first, gain = 0, [1 - _alike(texts[0], text) for text in texts]
            why = "two that differ much; which is better?" if count > 1 and len(found) > 1 else ""
        else:
            worth = self.taste.worth(texts, [asked] * len(texts))
            first = int(worth.argmax())
            gain = [
                self.taste.doubt(texts[first], text, asked) / (1 + abs(worth[first] - its))
                for text, its in zip(texts, worth, strict=True)
            ]
            why = "#1 is the one that I think you like best, #2 the one that I know least against it"
        others = sorted((at for at in range(len(found)) if at != first), key=lambda at: -gain[at])
        return [found[at] for at in (first, *others[: count - 1])], why if others else ""

    # --- what is learned ---------------------------------------------------------------------------------

    def inputs(self, judging: bool = False) -> Sequence[Any]:
        return (self.judged or self.pool) if judging else self.pool

    def material(self, lesson: Lesson) -> Material:
        """Labels and preferences as people gave them, and answers of the model's own that keep or break a rule."""
        from adapters.signals import Material

        own = self.practice(lesson.ask, lesson.likeliest)
        given = [one for one in lesson.new if isinstance(one, Label | Preference)]
        earlier = [one for one in lesson.earlier if isinstance(one, Label | Preference)]
        return Material(new=[*given, *own.pairs], replay=earlier, known=own.rehearsed)

    def practice(self, ask: Asked, likeliest: Likeliest) -> Practice:
        """Answers to inputs of the pool, asked with the rules and without."""

        def shown(text: str, input: Any, rules: Sequence[Constraint]) -> str:
            allowed = options(rules)
            text = str(likeliest(told(input, rules), allowed)) if allowed else text
            return repaired(text, rules, question(input), force=True) or text if text else text

        taught = [(x, self._rules(x), self._silent(x)) for x in self.pool]
        return practice(taught, ask, told, self._worth, shown, bool(self.taste))

    def _worth(self, text: str, input: Any, rules: Sequence[Constraint]) -> float:
        kept = self._kept(text, input, rules)
        return (1.0 if np.isnan(kept) else kept) * (
            float(self.taste([text], [question(input)])[0]) if self.taste else 1.0
        )

    def measures(self, values: Sequence[Any], inputs: Sequence[Any] = ()) -> dict[str, float]:
        """Shares in [0, 1], but for words: the mean number of them."""
        asked = list(inputs) or [None] * len(values)
        there = [(str(v), x) for v, x in zip(values, asked, strict=True) if v is not None]
        kept = [not broken(self._rules(x), text, question(x)) for text, x in there]
        answered = len(there) / max(1, len(values))
        return {
            **({"keeps the rules": float(np.mean(kept))} if self.rules and there else {}),
            "words": float(np.mean([len(text.split()) for text, _ in there])) if there else 0.0,
            "answered": answered,
            **self.spread([text for text, _ in there]),
        }

    def spread(self, values: Sequence[Any]) -> dict[str, float]:
        """The share of four characters in a row that do not occur in a text twice, be it in words or within one: who
        repeats themselves has learned too much."""
        runs = [
            [text[at : at + 4] for at in range(max(1, len(text) - 3))] for text in map(str.casefold, map(str, values))
        ]
        return {"varied": float(np.mean([len(set(some)) / len(some) for some in runs])) if runs else 0.0}

    # --- what is believed, and for other tools -----------------------------------------------------------

    def view(self) -> str:
        rules = "".join(f"<li>{escape(instruction(rule))}</li>" for rule in self.rules)
        leanings = self.taste.leanings() if self.taste else []
        likes = "".join(
            f"<li>{'more' if weight > 0 else 'fewer or no'} {escape(name)}</li>" for name, weight in leanings
        )
        return (f"<h3>What answers must keep to</h3><ul>{rules}</ul>" if rules else "") + (
            f"<h3>What you seem to like</h3><ul>{likes}</ul>" if likes else ""
        )

    def save(self, path: Path) -> str:
        """Write the rules as JSON, each with its sentence."""
        if path.suffix.lower() != ".json":
            raise UserError(f"The file {path.name!r} ends in {path.suffix!r}", "rules are a .json")
        plain = [{"instruction": instruction(rule), **rule.model_dump(mode="json")} for rule in self.rules]
        path.write_text(json.dumps(plain, indent=1, ensure_ascii=False), encoding="utf-8")
        return "which answers you like better is left out" if self.taste else ""

    def write(self, values: Sequence[Any], path: Path) -> None:
        """Answers with their worth, one JSON a line."""
        if path.suffix.lower() not in self.formats:
            raise UserError(
                f"The file {path.name!r} ends in {path.suffix!r}", f"answers are {' or '.join(self.formats)}"
            )
        scores = [None if np.isnan(score) else round(float(score), 4) for score in self.score(values)]
        lines = (json.dumps({"answer": v, "worth": s}, ensure_ascii=False) for v, s in zip(values, scores, strict=True))
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def goal_of(feedback: Sequence[Feedback], pool: Sequence[Any], judged: Sequence[Any] = ()) -> TextGoal:
    """The goal by this feedback, oldest first.

    Args:
        pool, judged: inputs to learn from, and others to judge by.
    """
    rules = tuple(one for one in feedback if isinstance(one, Constraint) and one.operator != "ignore")
    better = [one for one in feedback if isinstance(one, Preference)]
    pairs = [Pair(str(one.chosen), str(one.rejected), question(one.input)) for one in better]
    return TextGoal(rules, learned(pairs), pool, judged)


def _paired(outputs: Sequence[Output], rules: Sequence[Constraint]) -> Sequence[Output]:
    """Two answers as one, where that is what a rule wants and the model doesn't do by itself."""
    wanting = [rule for rule in rules if rule.property == "format.two_answers" and wanted(rule)]
    short = [output for output in outputs if broken(wanting, str(output.value))]
    twos = [
        one.model_copy(
            update={"value": f"{one.value}\n\n{BETWEEN}\n\n{other.value}", "said": one.value, "id": new_id()}
        )
        for one, other in zip(short[::2], short[1::2], strict=False)
    ]
    return [*(output for output in outputs if output not in short), *twos]


def _lost(output: Output) -> float:
    """The share of an answer that was cut, below 0 where it grew; 0 where it is as it was written."""
    return 0.0 if output.said is None else 1 - len(str(output.value).split()) / max(1, len(str(output.said).split()))


def _alike(one: str, other: str) -> float:
    """The share of words that two texts have in common (Jaccard)."""
    first, second = set(one.casefold().split()), set(other.casefold().split())
    return len(first & second) / max(1, len(first | second))

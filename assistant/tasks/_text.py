"""What the tasks share that give a text one of some labels: rules, properties, and how one is made.

    obey_labels(example, [Output(value="order", scores={"order": .7, "complaint": .3})], rules, more)
    -> [Output(value="complaint", said="order", score=1.0, rules=("018f…",), scores={as before})]

where `rules` hold "label eq complaint, when it mentions a refund" and the example does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.data import Source, read_examples
from assistant.rules import condition, fires, implied, values_of
from assistant.tasks import More, Task, View
from assistant.tasks._card import text_card
from assistant.types import Constraint, Example, Highlight, Output, Property, Vocabulary

if TYPE_CHECKING:
    from adapters.models import Model

__all__ = ["TEXT_PROPERTIES", "implies_label", "obey_labels", "text_card", "text_task"]

DEMO = Path(__file__).parent / "demo"

TEXT_PROPERTIES = (
    Property(name="label", synonyms=("class", "category", "answer"), values="label"),
    Property(name="labels", synonyms=("classes", "categories", "possible answers"), values="label"),
    Property(name="contains", synonyms=("mentions", "includes", "says"), values="text"),
    Property(name="length.words", synonyms=("length", "words", "long", "short"), unit="words", values="number"),
    Property(name="length.sentences", synonyms=("sentences",), unit="sentences", values="number"),
    Property(name="length.characters", synonyms=("characters", "letters"), unit="characters", values="number"),
)


def text_task(
    demo: str,
    *,
    data: str | None,
    text: str | None = None,
    label: str | None = None,
    id: str | None = None,
    labels: Sequence[str] = (),
    base: str | None = None,
    rank: int = 8,
    heldout: float = 0.25,
    name: str = "",
    help: tuple[str, ...] = (),
) -> Task:
    """A task that gives each text one of its labels.

    The labels are those named in `labels`, in that order, then any others that the data has.

    Args:
        demo: the file of examples in assistant/tasks/demo that is used where `data` is None.

    Raises:
        UserError: the data can't be read.
    """
    source = _read(DEMO / f"{demo}.jsonl" if data is None else Path(data), text, label, id, heldout)
    known = tuple(dict.fromkeys((*labels, *source.labels)))
    rules_by_id: dict[str, Constraint] = {}

    def obey(example: Example, outputs: list[Output], rules: Sequence[Constraint], more: More) -> list[Output]:
        # outputs carry only the ids of the rules; the card tells their words
        rules_by_id.update((rule.id, rule) for rule in rules)
        return obey_labels(example, outputs, rules, more)

    def render(example: Example, outputs: Sequence[Output]) -> View:
        return text_card(example, outputs, rules_by_id, known)

    return Task(
        model=_classifier(known, base, rank),
        examples=lambda: source.examples,
        vocabulary=Vocabulary(labels=known, properties=TEXT_PROPERTIES, objects=("label",)),
        render=render,
        obey=obey,
        implies=implies_label,
        name=name,
        help=help,
        notes=() if data is None else source.notes,
    )


def _read(path: Path, text: str | None, label: str | None, id: str | None, heldout: float) -> Source:
    return read_examples(path, text=text, label=label, id=id, heldout=heldout)


def _classifier(labels: tuple[str, ...], base: str | None, rank: int) -> Callable[[], Model]:
    def make() -> Model:
        from adapters.models import family  # brings torch, so only when a model is asked for

        return family.get("classifier")(labels=labels, base=base, rank=rank)

    return make


def implies_label(constraint: Constraint, input: Any) -> Any | None:
    """The label that a rule implies for an input, or None."""
    return implied(constraint, input)


def obey_labels(example: Example, outputs: list[Output], rules: Sequence[Constraint], more: More) -> list[Output]:
    """Makes the outputs satisfy the rules about the label.

    The newest rule wins where two can't both hold. `score` becomes the model's probability given what the
    rules leave possible; `scores` stay the model's own.
    """
    firing = [rule for rule in rules if _concerns(rule, example)]
    firing.sort(key=lambda rule: rule.created_at, reverse=True)
    return [_obeyed(example, output, firing) for output in outputs] if firing else outputs


def _concerns(rule: Constraint, example: Example) -> bool:
    about_label = rule.property == "label" and rule.operator in ("eq", "ne")
    here = rule.scope != "item" or rule.example_id == example.id
    return about_label and here and fires(rule, example.input)


def _obeyed(example: Example, output: Output, firing: Sequence[Constraint]) -> Output:
    named = [value for rule in firing if rule.operator == "eq" for value in values_of(rule.value)]
    possible = list(dict.fromkeys([*output.scores, output.value, *named]))
    acted = []
    for rule in firing:
        values = values_of(rule.value)
        left = [value for value in possible if (value in values) == (rule.operator == "eq")]
        if left:
            possible = left
            acted.append(rule)
    if not acted:
        return output
    value = output.value if output.value in possible else _likeliest(possible, output.scores)
    changed = value != output.value
    return output.model_copy(
        update={
            "value": value,
            "said": output.value if changed else output.said,
            "score": _score(value, possible, output),
            "rules": tuple(rule.id for rule in acted),
            "highlights": _why(example, acted) if changed else output.highlights,
        }
    )


def _likeliest(possible: Sequence[Any], scores: dict[str, float]) -> Any:
    return max(possible, key=lambda value: scores.get(value, 0.0))


def _score(value: Any, possible: Sequence[Any], output: Output) -> float | None:
    """The probability of the value given that it is one of the possible; None where the model gave none."""
    if len(possible) == 1:
        return 1.0
    total = sum(output.scores.get(each, 0.0) for each in possible)
    if total > 0:
        return output.scores.get(value, 0.0) / total
    return output.score if value == output.value else None


def _why(example: Example, acted: Sequence[Constraint]) -> tuple[Highlight, ...]:
    """The words that the rules looked for: they, not the model's, are why the value is said."""
    if not isinstance(example.input, str):
        return ()
    spans = {span for rule in acted if rule.when for span in condition(rule.when).find(example.input)}
    return tuple(
        Highlight(text=example.input[start:end], start=start, end=end, weight=1.0) for start, end in sorted(spans)
    )

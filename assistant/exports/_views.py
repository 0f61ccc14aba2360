"""What a trainer can learn from a piece of feedback, before any format: pairs, judged answers, right answers.

    Label(input="It arrived broken", op="is", value="complaint") of the output "order"
      pairs  -> [{"prompt": "It arrived broken", "chosen": "complaint", "rejected": "order", "source": "correction"}]
      judged -> [{"prompt": ..., "completion": "complaint", "label": True, ...}, {... "order", "label": False, ...}]
      right  -> [{"prompt": ..., "completion": "complaint", "source": "correction"}]

Where a view has nothing of a row it returns the reason, as text. `records` passes a stream through a view,
`several` through several.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from assistant.exports import Row, Rows
from assistant.exports._rows import dumps, is_utf8
from assistant.types import Constraint, Label, Preference

__all__ = [
    "SOURCE", "Records", "View", "fallen", "gesture", "judged", "messages", "pairs",
    "records", "right", "several", "text", "value_of",
]  # fmt: skip

Records: TypeAlias = list[dict[str, Any]] | str
"""The records made of one row, or why there is none."""
View: TypeAlias = Callable[[Row], Records]

_Made: TypeAlias = tuple[Row, str, dict[str, Any]]
SOURCE = "what it was made of: label, thumb, correction or preference"


def pairs(row: Row) -> Records:
    """The better and the worse of two answers."""
    said = row.feedback
    if isinstance(said, Constraint):
        return "it is a rule, not a pair of answers"
    if isinstance(said, Preference):
        if _same(said.chosen, said.rejected):
            return "both answers are the same"
        return [_pair(said.input, said.chosen, said.rejected, "correction" if _edited(row) else "preference")]
    if said.op == "is_not":
        return "it says what is wrong, but not what is right"
    wrong = _corrected(row)
    if wrong is None:
        return "no other answer was on screen that it is better than"
    return [_pair(said.input, value_of(row), wrong, "correction")]


def judged(row: Row) -> Records:
    """Answers, each good or not."""
    said = row.feedback
    if isinstance(said, Constraint):
        return "it is a rule, not an answer"
    if isinstance(said, Preference):
        if _same(said.chosen, said.rejected):
            return "both answers are the same"
        sides = ((said.chosen, True), (said.rejected, False))
        source = "correction" if _edited(row) else "preference"
    elif value_of(row) is None:
        return "it names no answer"
    elif (wrong := _corrected(row)) is None:
        sides = ((value_of(row), said.op == "is"),)  # type: ignore[assignment]
        source = "thumb" if gesture(row) == "thumb" else "label"
    else:
        sides, source = ((value_of(row), True), (wrong, False)), "correction"
    return [{"prompt": said.input, "completion": each, "label": good, "source": source} for each, good in sides]


def right(row: Row) -> Records:
    """What a person said is right, or wrote themselves in place of the model's answer."""
    said = row.feedback
    if isinstance(said, Constraint):
        return "it is a rule, not an answer"
    if isinstance(said, Preference):
        if not _edited(row):
            return "the better of two answers need not be right"
        answer, source = said.chosen, "correction"
    elif said.op == "is_not":
        return "it says what is wrong, but not what is right"
    else:
        answer = value_of(row)
        source = "thumb" if gesture(row) == "thumb" else "label"
        source = source if _corrected(row) is None else "correction"
    if answer is None:
        return "it names no answer"
    return [{"prompt": said.input, "completion": answer, "source": source}]


def records(rows: Rows, view: View) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Each row that stands with each record that `view` makes of it; rows that have none are counted."""
    yield from ((row, record) for row, _, record in several(rows, {"": view}))


def several(rows: Rows, views: Mapping[str, View]) -> Iterator[tuple[Row, str, dict[str, Any]]]:
    """The same of several views, each record with its view's name; counted are rows of which none has a record.

    Why is told by the last view, so let that be the one that takes most.
    """
    critique, before = "", list[_Made]()
    for row in rows:
        fell = fallen(row)
        found = {name: fell or view(row) for name, view in views.items()}
        made = [(row, name, each) for name, some in found.items() if not isinstance(some, str) for each in some]
        if not made and isinstance(why := [*found.values()][-1], str):
            rows.skip(row, why)
            continue
        # an edit is stored as a label and a preference, one after the other: they make the same records.
        # Remembering one critique at a time keeps the memory small
        if row.feedback.critique != critique:
            critique, before, fresh = row.feedback.critique, [], made
        else:
            known = {_same_record(each) for each in before}
            fresh = [each for each in made if _same_record(each) not in known]
        yield from fresh
        if not fresh:
            rows.skip(row, "it repeats other feedback of the same critique")
        before += fresh


def _same_record(made: _Made) -> str:
    _, view, record = made
    return dumps([view, *(value for name, value in record.items() if name != "source")])


def fallen(row: Row) -> str:
    """Why nobody should learn from `row`; empty where it stands."""
    if row.retracted_at is not None:
        return "it was taken back"
    return "the person rejected this reading" if row.confirmed is False else ""


def text(value: Any) -> str:
    """A value as a model reads or writes it: JSON where it isn't text; None is nothing."""
    if isinstance(value, str) and is_utf8(value):
        return value
    return "" if value is None else dumps(value)


def messages(value: Any) -> list[dict[str, str]]:
    """An input as a conversation: itself where it is a list of messages, else one message of the user."""
    if value and isinstance(value, list | tuple) and all(map(_is_message, value)):
        return [{"role": each["role"], "content": text(each["content"])} for each in value]
    return [{"role": "user", "content": text(value)}]


def _is_message(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"role", "content"}
        and value["role"] in ("system", "user", "assistant")
        and isinstance(value["content"], str)
    )


def value_of(row: Row) -> Any:
    """What a label is about: its value, or the output that it was said of."""
    value = row.feedback.value if isinstance(row.feedback, Label) else None
    return row.output if value is None else value


def gesture(row: Row) -> str | None:
    """Its kind: thumb, edit or button."""
    return json.loads(row.gesture)["kind"] if row.gesture else None


def _corrected(row: Row) -> Any:
    """The output that an "it is y" replaced; None where the model had said y, or nothing."""
    if not isinstance(row.feedback, Label) or row.feedback.op != "is" or row.output is None:
        return None
    return None if _same(row.output, value_of(row)) else row.output


def _edited(row: Row) -> bool:
    """Whether the better answer of a preference was written by the person."""
    acts = row.reading.get("acts", ())
    return gesture(row) == "edit" or any(act.get("kind") == "edit" for act in acts)


def _same(one: Any, other: Any) -> bool:
    # TRL's completions begin with a space: those that differ only in that are one
    return text(one).removeprefix(" ") == text(other).removeprefix(" ")


def _pair(given: Any, chosen: Any, rejected: Any, source: str) -> dict[str, Any]:
    return {"prompt": given, "chosen": chosen, "rejected": rejected, "source": source}

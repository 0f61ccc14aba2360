"""What Sayso says in the chat, besides the cards and the training reports: short, plain, and from evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.cards import show_value
from assistant.tasks import Task
from assistant.types import Constraint, Context, Example, Gesture, Output

if TYPE_CHECKING:
    from assistant.session import Rule, Screen
    from assistant.store import Store

__all__ = ["again", "answer", "disputes", "gesture", "help", "pieces", "position", "short", "why"]

SHOWN = 160
"""Characters of an input that a chat message quotes."""


def answer(example: Example, outputs: Sequence[Output], version: str, said: str = "") -> str:
    """An example and what the model says of it, as a message; `said`: the outputs in the task's own words."""
    if said:
        return f"{said} ({version})."
    said = " · ".join(_said(output) for output in outputs)
    return f"“{short(example.input)}” — I say {said} ({version})."


def again(before: Sequence[Output], after: Sequence[Output], how: str, said: str = "") -> str:
    """The same example, asked again; `said`: the outputs in the task's own words."""
    same = [output.value for output in before] == [output.value for output in after]
    if said:
        stayed = len({output.value for output in before} & {output.value for output in after})
        return f"Asked again, {how}: {stayed} of {len(before)} stayed. {said}."
    said = " · ".join(_said(output) for output in after)
    return f"Asked again, {how}: {'still ' if same else ''}{said}."


def pieces(count: int) -> str:
    """
    >>> pieces(1), pieces(20)
    ('1 piece of feedback', '20 pieces of feedback')
    """
    return f"{count} piece{'' if count == 1 else 's'} of feedback"


def disputes(store: Store, clashes: Sequence[tuple[str, str, Constraint, Constraint]]) -> list[str]:
    """Rules that can't both hold, each with whose critique made it.

    "I can't do both: answer in at least five sentences (ann: “five or more”), and answer in … (ben: “two at most”). …"
    """
    ids = [rule.critique for _, _, *rules in clashes for rule in rules]
    words = {one.id: one.text for one in store.critiques(ids)} if ids else {}

    def by(rule: Constraint) -> str:
        said = words.get(rule.critique)
        return f" ({rule.author}: “{short(said)}”)" if said else f" ({rule.author})"

    return [
        f"I can't do both: {one}{by(first)}, and {other}{by(second)}. Switch one off under Rules, or take it back."
        for one, other, first, second in clashes
    ]


def position(feedback: int, examples: int) -> str:
    """How much was said, of how many examples that have no label yet; one alone is not worth counting."""
    if examples == 1:
        return pieces(feedback)
    return f"{pieces(feedback)} · {examples} examples"


def gesture(done: Gesture | None, context: Context) -> str:
    """A gesture in the words that the conversation shows for it."""
    if done is None:
        return "…"
    if done.kind == "thumb":
        return "👍" if done.value else "👎"
    if done.kind == "edit":
        return f"(changed the answer to “{show_value(done.value)}”)"
    if done.kind == "review":
        return _reviewed(done, context)
    return f"({done.value})"


def _reviewed(done: Gesture, context: Context) -> str:
    """
    >>> from assistant.types import OnScreen
    >>> shown = OnScreen(id="#1", input="Ta!", value="order")
    >>> _reviewed(Gesture(kind="review", value="praise"), Context(outputs=(shown,)))
    '(reviewed “Ta!”: not order, but praise)'
    """
    given = next((seen for seen in context.outputs if seen.id == done.target), None)
    about, was = (f" “{short(given.input, 80)}”", show_value(given.value)) if given else ("", "its label")
    if done.value is None:
        return f"(reviewed{about}: {was} is not to be learned, nor anything else)"
    same = given is not None and given.value == done.value
    return f"(reviewed{about}: {f'{was} is right' if same else f'not {was}, but {show_value(done.value)}'})"


def why(screen: Screen | None, rules: Sequence[Rule]) -> str:
    """Why the answer on screen is what it is: the rule that fired, else the words that counted."""
    if screen is None:
        return "Nothing is on screen yet; say “next”."
    output = screen.outputs[0]
    fired = [rule.text for rule in rules if rule.id in output.rules]
    if fired:
        own = f" By myself I would have said {show_value(output.said)}." if output.said is not None else ""
        return f"I say {_said(output)} because of your rule: {fired[-1]}.{own}"
    ranked = sorted(output.highlights, key=lambda part: -abs(part.weight))
    for_it = ", ".join(f"“{part.text}”" for part in ranked if part.weight > 0)
    against = ", ".join(f"“{part.text}”" for part in ranked if part.weight < 0)
    parts = [f"I say {_said(output)}."]
    parts += [f"For it spoke {_first(for_it)}."] if for_it else []
    parts += [f"Against it {_first(against)}."] if against else []
    parts += [] if for_it or against else ["No single word made the difference."]
    return " ".join(parts)


def help(task: Task) -> str:
    """What can be said, for somebody who asks."""
    said = "; ".join(f"“{words}”" for words in task.help)
    return (
        f"Say what is wrong with the answer, in your own words: {said}. "
        "Also: “next”, “train now”, “undo that”, “what have you learned?”, “why?”."
    )


def _said(output: Output) -> str:
    sure = f" ({100 * output.score:.0f} %)" if output.score is not None else ""
    rule = ", by your rule" if output.rules else ""
    return f"**{show_value(output.value)}**{sure}{rule}"


def short(input: object, width: int = SHOWN) -> str:
    text = " ".join(str(input).split())
    return text if len(text) <= width else text[: width - 1] + "…"


def _first(listed: str, width: int = 120) -> str:
    return listed if len(listed) <= width else listed[:width].rsplit(", ", 1)[0]

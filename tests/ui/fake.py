"""A session in memory, for tests of the page alone: it remembers what it was told and answers at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from assistant.attention import Standing
from assistant.cards import Card, Line
from assistant.session import Message, Screen, Turn
from assistant.tasks import Task
from assistant.tasks._card import text_card
from assistant.types import Act, ConstraintAct, Evidence, Example, LabelAct, Output, Vocabulary

LABELS = ("complaint", "order", "praise")
LABEL_ACT = Act(
    kind="label",
    targets=("#1",),
    label=LabelAct(op="is", value="complaint"),
    evidence=(Evidence(text="money"), Evidence(text="back")),
)
RULE_ACT = Act(
    kind="constraint",
    targets=("all",),
    constraint=ConstraintAct(
        property="length.words", operator="le", value=20, strength="must", scope="task", when="mentions a crash"
    ),
)
PROPERTIES = {"label": "label", "labels": "label", "length.words": "number", "contains": "text"}


def reading_card(**over: Any) -> Card:
    """A card of "this is a complaint", changed as the test needs it."""
    given: dict[str, Any] = {
        "reading": "r1", "title": "I understood: this is **complaint**.", "effect": "It is learned.",
        "state": "applied", "acts": (LABEL_ACT,),
    }  # fmt: skip
    return Card(**given | over)


def two_points(**over: Any) -> Card:
    """A card of a label and a rule."""
    lines = (
        Line(said="this is **complaint**", effect="Learned."),
        Line(said="always, it is short", effect="In force."),
    )
    return reading_card(**{"acts": (LABEL_ACT, RULE_ACT), "lines": lines, "properties": PROPERTIES} | over)


class FakeSession:
    """What the page calls, and nothing else; `calls` has the name and arguments of each turn."""

    def __init__(self, author: str, conversation: str | None = None, text: str = "I want my money back") -> None:
        self.author, self.conversation, self.name = author, conversation or f"latest of {author}", "classify"
        self.calls: list[tuple[Any, ...]] = []
        self.said: list[Message] = []
        self.example = Example(id="e1", input=text)
        self.output = Output(example_id="e1", value="order", score=0.7)
        self.task = Task(
            model=lambda: None,
            examples=list,
            vocabulary=Vocabulary(),
            render=lambda *_: None,
            help=("it's a complaint",),
        )  # type: ignore[arg-type, return-value]

    @property
    def attention(self) -> Any:
        """Its calls are kept among those of the session."""

        def call(name: str) -> Any:
            return lambda *given, **named: self.calls.append((name, *given, named) if named else (name, *given))

        standing = Standing(3, 1, 1, 1, 2.0, 1, 4.0, None, 3, 10, 0.6, ("bug | wish",), True)
        names = ("use", "answer", "dismiss", "again", "notice")
        return SimpleNamespace(traced=True, standing=lambda: standing, **{name: call(name) for name in names})

    def screen(self) -> Screen:
        view = text_card(self.example, [self.output], choices=LABELS)
        return Screen(self.example, (self.output,), view, "picked at random", "base", "0 pieces of feedback")

    def messages(self, after: int = 0) -> list[Message]:
        return [message for message in self.said if message.seq > after]

    def add(self, role: str, text: str, **given: Any) -> Message:
        self.said.append(Message(seq=len(self.said) + 1, role=role, text=text, **given))
        return self.said[-1]

    def labels(self) -> tuple[str, ...]:
        return LABELS

    def progress(self) -> None:
        return None

    def rules(self) -> list[Any]:
        return []

    def conversations(self) -> list[tuple[str, str]]:
        return [(self.conversation, "a title")]

    def new_conversation(self) -> None:
        self.conversation = f"new of {self.author}"

    def __getattr__(self, name: str) -> Any:
        if name not in ("hear", "vote", "confirm", "correct", "undo", "next", "learn", "explain", "switch", "use"):
            raise AttributeError(name)

        def turn(*given: Any, **named: Any) -> Turn:
            self.calls.append((name, *given, named) if named else (name, *given))
            return Turn([], self.screen())

        return turn

"""One task, open in this process: its examples, and its model with the adapter that is live.

All sessions of a task share one workbench, and the training worker has its own. A lock keeps one question at a
time before the model; a new adapter is swapped in between two questions, without reloading the base.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, Literal

from assistant.errors import UserError
from assistant.more import asking
from assistant.pool import Pool
from assistant.pool.index import Index
from assistant.settings import Settings
from assistant.store import Store
from assistant.store.rows import AdapterRow
from assistant.tasks import Goal, Task
from assistant.types import Constraint, Example, Feedback, Label, Output, Prediction, Preference, Vocabulary

if TYPE_CHECKING:
    from adapters.models import Model
    from adapters.shelf import Shelf
    from assistant.quality._votes import Ledger

__all__ = ["Workbench", "unread"]

BASE: Final = "base"
ASKED_AT_ONCE = 256
"""Examples before the model at a time: a bound on memory, however long a file is."""
SAID = 1000
"""How much of the newest feedback makes a goal."""


def unread(reads: Callable[[Any, Any], str], feedback: Feedback) -> str:
    """Why a model can't learn from a label or a preference, by its `reads`; "" where it can."""
    if isinstance(feedback, Label):
        return reads(feedback.input, feedback.value)
    if isinstance(feedback, Preference):
        return reads(feedback.input, feedback.chosen) or reads(feedback.input, feedback.rejected)
    return ""


class Workbench:
    """See the module.

    Args:
        task: with its name set: the name under which the store keeps what was said about it.
    """

    def __init__(self, task: Task, store: Store, settings: Settings) -> None:
        self.task, self.store, self.settings = task, store, settings
        self._lock = RLock()
        self._model: Model | None = None
        self._loaded: str | None = None
        self._fit: dict[str, str] = {}
        self._goal: tuple[tuple[str, ...], Goal] | None = None
        self.warning: str | None = None
        """Why the live adapter could not be loaded, for the person to be told once."""

    @cached_property
    def shelf(self) -> Shelf:
        from adapters.shelf import Shelf

        return Shelf(self.settings.folder / "adapters")

    @cached_property
    def examples(self) -> Pool:
        """All of them. What people type themselves is in no part of the pool: nothing is sampled from it, so that a
        training depends on the data and on what is in force."""
        return Pool(self.task.examples())

    @cached_property
    def index(self) -> Index:
        return Index(self)

    @property
    def heldout(self) -> Sequence[Example]:
        """What adapters are judged on: held-out examples whose label is known."""
        return self.examples.heldout

    @property
    def known(self) -> Sequence[Example]:
        """Pool examples that came with a label."""
        return self.examples.known

    def teachers(self) -> Sequence[Example]:
        """Those of them that teach: not the questions by which a team's people are judged."""
        golds = self.store.golds(self.task.name)
        return [example for example in self.known if example.id not in golds] if golds else self.known

    @property
    def unknown(self) -> Sequence[Example]:
        """Pool examples without a label: those worth asking about; all of the pool where none is left."""
        return self.examples.unknown

    @cached_property
    def ledger(self) -> Ledger:
        """The record of who said what, read once and then kept up to date."""
        from assistant.quality._votes import Ledger

        return Ledger(self.store, self.task.name, self.heldout)

    def example(self, id: str) -> Example:
        """Raises UserError where the data no longer has it."""
        if id not in self.examples:
            raise UserError(
                f"The example {id!r} is not in the data of {self.task.name!r} any more",
                do="go on with the next one, or bring the old file back",
            )
        return self.examples[id]

    def sample(self, n: int, seed: int, of: Sequence[Example] | None = None) -> list[Example]:
        """At most n examples, drawn from `unknown` (or `of`) without repetition."""
        examples = self.unknown if of is None else of
        # rows, not examples: a large pool makes only those that are drawn
        return [examples[row] for row in random.Random(seed).sample(range(len(examples)), min(n, len(examples)))]

    def right(self, n: int, seed: int) -> list[Example]:
        """At most n of `teachers`, without those whose label people know better by now."""
        from assistant.review.standing import standings

        some = self.sample(n, seed, self.teachers())
        said = standings(self.store, self.task.name, [example.id for example in some])
        return [one for one in some if one.id not in said or said[one.id].allows(one.label)]

    # --- the model --------------------------------------------------------------------------------------

    @contextmanager
    def model(self, adapter: AdapterRow | Literal["base"] | None = None) -> Iterator[Model]:
        """The model with this adapter ("base": with none, None: the live one), for one caller at a time."""
        with self._lock:
            model = self._warm()
            before = model.values()
            model.relabel(self._sayable())
            if model.values() != before:
                self._loaded = None  # what the adapter knows of a label that comes back is in its file alone
            wanted = self.live() if adapter is None else adapter
            self._swap(model, wanted if isinstance(wanted, AdapterRow) else None)
            yield model

    def _warm(self) -> Model:
        if self._model is None:  # else nobody waits here for a training
            with self._lock:
                if self._model is None:
                    self._model, self._loaded = self.task.model(), BASE
        return self._model

    @property
    def base_id(self) -> str:
        """What names the frozen weights."""
        return self._warm().base_id

    def dirty(self) -> None:
        """The model was trained in place: load its adapter anew when it is next asked."""
        with self._lock:
            self._loaded = None

    def _swap(self, model: Model, wanted: AdapterRow | None) -> None:
        id = wanted.id if wanted else BASE
        if self._loaded == id:
            return
        try:
            model.load(self.shelf.get(self.task.name, wanted.id) if wanted else None)
            self.warning = None if wanted else self.warning
        except UserError as wrong:
            # a damaged adapter must not take the page down: the model answers as before any feedback
            model.load(None)
            self.warning = str(wrong)
        self._loaded = id

    def live(self) -> AdapterRow | None:
        """The version that answers; None: the base, also where the live one is of another base, which is a warning."""
        live = self.store.live(self.task.name)
        if live is None:
            self.warning = None
            return None
        if live.id not in self._fit:
            try:
                self.check(live)
                self._fit[live.id] = ""
            except UserError as wrong:
                self._fit[live.id] = str(wrong)
        self.warning = self._fit[live.id] or self.warning
        return None if self._fit[live.id] else live

    def check(self, version: AdapterRow) -> None:
        """Raises UserError where the version was trained on another base, or its manifest can't be read."""
        base, here = self.shelf.manifest(self.task.name, version.id).base, self._warm().base_id
        # the same weights may stand in another folder
        if base.rpartition("#")[2] != here.rpartition("#")[2]:
            raise UserError(
                f"v{version.number} was trained on the base {base!r}, and this is {here!r}",
                "a version needs the weights and the vocabulary that it was trained on",
                "open the task with that base, or train again: all that was said is kept",
            )

    def parent(self, version: AdapterRow | None) -> AdapterRow | None:
        """The version, or the youngest before it, that fits this base: what a training goes on from."""
        while version is not None:
            try:
                self.check(version)
                return version
            except UserError:
                version = self.store.adapter(version.parent, self.task.name) if version.parent else None
        return None

    def unlearned(self) -> int:
        """How much feedback the live version has not learned from: all, where it is of another base."""
        parent = self.parent(self.store.live(self.task.name))
        return len(self.store.new_feedback(self.task.name, parent.id if parent else None))

    def unread(self, feedback: Sequence[Feedback]) -> str:
        """Why some of this can't be learned, in a sentence: it is longer than what the model reads; "" if all can."""
        reads = getattr(self._warm(), "reads", None)
        return next((why for one in feedback if reads and (why := unread(reads, one))), "")

    def notes(self) -> tuple[str, ...]:
        """What a person should know of the base, in sentences."""
        return tuple(getattr(self._warm(), "notes", ()))

    def live_name(self) -> str:
        """What people call the live version: "v3", or "base"."""
        live = self.live()
        return f"v{live.number}" if live else BASE

    # --- rules and answers --------------------------------------------------------------------------------

    def rules(self, conversation: str | None = None, example_id: str = "") -> list[Constraint]:
        """The constraints in force, oldest first; those of an item only for `example_id`."""
        rows = self.store.rules(self.task.name, conversation, example_id)
        return [row.feedback for row in rows if row.on and not row.held and isinstance(row.feedback, Constraint)]

    def labels(self) -> tuple[str, ...]:
        """The task's labels, as last named in the chat."""
        from assistant.rules import labels_of

        return labels_of(self.task.vocabulary.labels, self.rules())

    def _sayable(self) -> tuple[str, ...]:
        """What the model may say, where it chooses among given values."""
        return self.labels() if self.task.replies is None else tuple(self.task.replies(self.said()))

    def vocabulary(self) -> Vocabulary:
        return self.task.vocabulary.model_copy(update={"labels": self.labels()})

    def said(self, conversation: str | None = None) -> list[Feedback]:
        """The newest feedback in force, oldest first; what holds for another conversation only is left out."""
        rows = self.store.feedback(self.task.name, newest=SAID)
        elsewhere = {"session"} if conversation is None else set()
        return [
            row.feedback
            for row in rows
            if row.on
            and not row.held
            and not (
                isinstance(row.feedback, Constraint)
                and (row.feedback.scope in elsewhere or row.feedback.conversation not in (None, conversation))
            )
        ]

    def goal(self, conversation: str | None = None, also: Sequence[Feedback] = ()) -> Goal | None:
        """What outputs are worth, by what was said so far; None: outputs of this task are right or wrong.

        Args:
            also: feedback that is not kept yet, and counts as if it were.
        """
        make = self.task.goal
        if make is None:
            return None
        said = [*self.said(conversation), *also]
        ids = tuple(feedback.id for feedback in said)
        with self._lock:
            if self._goal is None or self._goal[0] != ids:
                self._goal = ids, make(said)
            return self._goal[1]

    def wanted(self) -> Goal:
        """The goal. Raises UserError where the task has none."""
        goal = self.goal()
        if goal is None:
            raise UserError(f"The task {self.task.name!r} has no goal", "its answers are right or wrong")
        return goal

    def answer(self, example: Example, rules: Sequence[Constraint]) -> list[Output]:
        """What the live model says of an example, obeying the rules, with the words that counted."""
        (outputs,) = self.answers([example], rules, explain=True)
        return outputs

    def answers(
        self, examples: Sequence[Example], rules: Sequence[Constraint], explain: bool = False
    ) -> list[list[Output]]:
        """What the live model says of each example, obeying the rules; asked in batches.

        Args:
            explain: find the words that counted, too, which takes many times as long.
        """
        live, n = self.live(), self.task.outputs
        adapter = live.id if live else BASE
        with self.model(live or BASE) as model:

            def said(example: Example, found: Sequence[Prediction]) -> list[Output]:
                return [Output(**p.model_dump(), example_id=example.id, adapter=adapter) for p in found]

            def obeyed(example: Example, first: Sequence[Prediction]) -> list[Output]:
                outputs = self.task.obey(example, said(example, first), rules, asking(model, example, adapter))
                return [self._explained(model, example.input, o) for o in outputs] if explain else outputs

            answers: list[list[Output]] = []
            for start in range(0, len(examples), ASKED_AT_ONCE):
                some = examples[start : start + ASKED_AT_ONCE]
                found = model.predict([example.input for example in some for _ in range(n)])
                answers += [obeyed(example, found[i * n : (i + 1) * n]) for i, example in enumerate(some)]
            return answers

    def _explained(self, model: Model, input: Any, output: Output) -> Output:
        return output.model_copy(update={"highlights": model.explain(input, output.value)})

"""The words become one reading: the network cuts the message into parts, every part becomes acts, doubts a question.

read("3 is fine, the rest are wrong", context, net)
->  Reading(acts=(label {is, None} of #3, label {is_not, None} of #1 #2), confidence=0.9)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from assistant.parsers._acts import FEEDBACK, build
from assistant.parsers._layout import Layout
from assistant.parsers._link import label_names
from assistant.parsers._net import Net, Seen
from assistant.parsers._pick import orders
from assistant.parsers._questions import Part
from assistant.parsers._view import View, listed
from assistant.types import Act, Context, Evidence, Reading

__all__ = ["read", "read_all"]

MAX_PARTS, MAX_ACTS = 10, 8
SURELY = 0.6
"""How likely words have to be feedback to be taken for any; chosen on critiques of vocabularies never learned from."""
NEEDLESS = ("none", "command", "question", "retract")


def read(text: str, context: Context, net: Net) -> Reading:
    """The reading of `text` in its context; never raises for any words."""
    return read_all([(text, context)], net)[0]


def read_all(messages: Sequence[tuple[str, Context]], net: Net) -> list[Reading]:
    """Readings of many messages, in one pass of the encoder."""
    layouts = [Layout.of(text, context) for text, context in messages]
    spoken = [layout for layout in layouts if layout.words]
    with torch.inference_mode():
        seen = dict(zip(map(id, spoken), net(spoken) if spoken else (), strict=True))
        return [_reading(layout, seen[id(layout)], net) if layout.words else EMPTY for layout in layouts]


EMPTY = Reading(acts=(Act(kind="none", targets=()),), confidence=1.0)


def _reading(layout: Layout, seen: Seen, net: Net) -> Reading:
    parts, sure = _parts(seen)
    slots = torch.softmax(seen.slots, -1).cpu().numpy()
    acts: list[Act] = []
    asks: list[str] = []
    doubt = 0.0
    used: tuple[str, ...] = ()
    for part, judged in zip(parts, net.judge(layout, seen, parts), strict=True):
        heads = {name: _odds(logits) for name, logits in judged.heads.items()}
        pointers = {name: _odds(logits) for name, logits in judged.pointers.items()}
        before = acts[-1].targets if acts and acts[-1].kind not in ("command", "none") else ()
        view = View(layout, part, heads, pointers, slots, used, tuple(i for i in before if i != "all"))
        kind, p = view.best("kind", _possible(layout, part))
        if kind in FEEDBACK and sum(view.chance("kind", one) for one in FEEDBACK) < SURELY:
            kind = "unclear"
        built = build(kind, view)
        sure *= p * built.sure
        doubt = max(doubt, view.chance("ask", "yes") if kind not in NEEDLESS else 0.0)
        acts += built.acts
        asks += [built.ask] if built.ask else []
        used += tuple(i for act in built.acts for i in act.targets if i != "all")
    return _joined(layout, acts, asks, doubt, net, sure)


def _odds(logits: Any) -> Any:
    return torch.softmax(logits, -1).cpu().numpy() if len(logits) else np.zeros(0, np.float32)


def _parts(seen: Seen) -> tuple[list[Part], float]:
    """The parts that begin where the network says so, and how sure it is of where they do."""
    odds = torch.sigmoid(seen.begins).cpu().numpy()
    starts = [0, *(i for i in range(1, len(odds)) if odds[i] > 0.5)][:MAX_PARTS]
    ends = [*starts[1:], len(odds)]
    sure = float(np.prod(np.maximum(odds[1:], 1 - odds[1:]))) if len(odds) > 1 else 1.0
    last = len(starts) - 1
    return [Part(a, b, i == 0, i == last) for i, (a, b) in enumerate(zip(starts, ends, strict=True))], sure


def _possible(layout: Layout, part: Part) -> list[str]:
    if not layout.labels and label_names(layout.text):
        return ["constraint", "question"]
    kinds = ["constraint", "retract", "question", "command", "none", "unclear"]
    if layout.screen:
        kinds += ["label", "edit"] + (["preference"] if orders(layout, part, layout.screen[0]) else [])
    return kinds


def _joined(layout: Layout, acts: list[Act], asks: list[str], doubt: float, net: Net, sure: float) -> Reading:
    acts = _without_repetition(acts)
    acts = [_with_selection(layout, act) for act in acts]
    if len(acts) > MAX_ACTS:
        asks.append(f"That was a lot: I kept the first {MAX_ACTS} points. Can you say the rest in a new message?")
    asks += _denied(acts, layout)
    if not asks and doubt > 0.5:
        asks.append(_doubt(layout, acts))
    slope, offset = net.calibration
    p = min(max(sure, 1e-4), 1 - 1e-4)
    confidence = 1 / (1 + math.exp(-(slope * math.log(p / (1 - p)) + offset)))
    kept = tuple(acts[:MAX_ACTS]) or (Act(kind="none", targets=()),)
    return Reading(acts=kept, clarify=next(iter(asks), None), confidence=round(confidence, 4))


def _without_repetition(acts: Sequence[Act]) -> list[Act]:
    """What is said outright replaces what it implies ("not spam, an order" is {is, order}); none is dropped."""
    given = {id for act in acts if act.label and act.label.op == "is" and act.label.value for id in act.targets}
    kept: list[Act] = []
    for act in acts:
        implied = act.label and not act.label.span and (act.label.op == "is_not" or act.label.value is None)
        if implied and not act.label.candidates and set(act.targets) <= given and not act.evidence:  # type: ignore[union-attr]
            continue
        if act not in kept:
            kept.append(act)
    return [act for act in kept if act.kind != "none"] or kept[:1]


def _with_selection(layout: Layout, act: Act) -> Act:
    """What the person marked in the input is evidence for the label that they give."""
    if act.kind != "label" or not layout.context.selection:
        return act
    texts = [o.input for o in layout.context.outputs if o.id in act.targets and isinstance(o.input, str)]
    marked = [
        Evidence(text=selected.text, role="for")
        for selected in layout.context.selection
        if selected.text.strip() and any(selected.text in text for text in texts)
    ]
    return act.model_copy(update={"evidence": tuple(dict.fromkeys([*marked, *act.evidence]))})


def _denied(acts: Sequence[Act], layout: Layout) -> list[str]:
    """A named label was denied and more than one is left: then which is it?"""
    denied = {act.label.value for act in acts if act.label and act.label.op == "is_not" and act.label.value}
    left = [label for label in layout.labels if label not in denied]
    if not denied or len(left) < 2:
        return []
    if len(left) > 6:
        return ["What is it then?"]
    return [f"Then is it {listed(['something else' if name == 'other' else name for name in left])}?"]


def _doubt(layout: Layout, acts: Sequence[Act]) -> str:
    if len(layout.screen) > 1 and any(act.targets == layout.screen[:1] for act in acts):
        return f"Which one do you mean: {listed(layout.screen)}?"
    return "I am not sure that I got that; did you mean it so?"

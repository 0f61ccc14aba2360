"""Many outputs at once, in a numbered grid: each as the task draws it, with its worth, thumbs, and a field to edit it.

grid(Screen(outputs=(Output(value="CCO", score=.4), ...), view=View(cells=("<svg …>", ...))), rules={})
  -> '<div class="grid" role="list"><article class="cell" data-output="#1" …><svg …>…</article>…</div>'

What can be marked in a cell bears the number of the part: `data-part="7"`, or `data-atom="7"` in a molecule;
`ui/static/parts.js` does the marking.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape

from assistant.cards import show_value
from assistant.session import Screen
from assistant.types import Output
from ui.html import figure, tag, thumbs
from ui.menus import value_field

__all__ = ["grid"]


def grid(screen: Screen, rules: Mapping[str, str]) -> str:
    """The outputs of a screen whose view has cells, in their order.

    Args:
        rules: the words of the rules by id.
    """
    pairs = zip(screen.outputs, screen.view.cells, strict=True)
    cells = [_cell(output, html, place, screen, rules) for place, (output, html) in enumerate(pairs, 1)]
    return tag("div", *cells, class_="grid", role="list", aria_label="Outputs")


def _cell(output: Output, html: str, place: int, screen: Screen, rules: Mapping[str, str]) -> str:
    target, value = f"#{place}", show_value(output.value) if output.value is not None else ""
    top = tag("div", tag("strong", target), _worth(output.score), thumbs("thumb", None, target=target), class_="top")
    field = value_field(
        "answer", value, screen.view.choices, f"{target}; change it to correct it", data_act="edit", data_target=target
    )
    return tag(
        "article",
        top,
        tag("div", html, class_="drawn"),
        _note(output, rules),
        tag("details", tag("summary", "edit"), field, class_="edit"),
        class_="cell",
        role="listitem",
        aria_label=target,
        data_output=target,
        data_same=_same(value),
    )


def _worth(score: float | None) -> str:
    """A meter and the figure; where it can't be told, nothing."""
    if score is None:
        return tag("span", class_="worth")
    meter = f'<span class="meter" aria-hidden="true"><i style="width:{score * 100:.0f}%"></i></span>'
    return tag("span", meter, tag("span", figure(score)), class_="worth", title="What it is worth, from 0 to 1")


def _note(output: Output, rules: Mapping[str, str]) -> str:
    """What it was before it was edited, and the rules that acted on it."""
    lines = []
    if output.said not in (None, output.value):
        lines.append(f"before: {show_value(output.said)}")
    if output.rules:
        lines.append("by your rule: " + "; ".join(rules.get(id, "a rule") for id in output.rules))
    return "".join(tag("p", escape(line), class_="effect") for line in lines)


def _same(value: str) -> str:
    """Tells whether a cell still holds the same output, which then keeps what was marked in it."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:12]

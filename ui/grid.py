"""Many outputs at once, in a numbered grid: each as the task draws it, with its worth, thumbs, and a field to edit it.

grid(Screen(outputs=(Output(value="CCO", score=.4), ...), view=View(cells=("<svg …>", ...))))
  -> '<div class="grid" role="list"><article class="cell" data-output="#1" …><svg …>…</article>…</div>'

What can be marked in a cell bears the number of the part: `data-part="7"`, or `data-atom="7"` in a molecule;
`ui/static/parts.js` does the marking.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from html import escape

from assistant.cards import show_value
from assistant.session import Screen
from assistant.types import Output
from ui.html import figure, plain, tag, thumbs
from ui.menus import value_field

__all__ = ["acted", "grid"]


def grid(screen: Screen) -> str:
    """The outputs of a screen whose view has cells, in their order."""
    labels = screen.labels or [None] * len(screen.outputs)
    shown = zip(screen.outputs, screen.view.cells, labels, strict=True)
    cells = [
        _cell(output, html, f"#{place}", screen.view.choices, None if label is None else label.op == "is")
        for place, (output, html, label) in enumerate(shown, 1)
    ]
    return tag("div", *cells, class_="grid", role="list", aria_label="Outputs")


def acted(outputs: Sequence[Output], rules: Mapping[str, str]) -> str:
    """The rules that acted on some of the outputs, said once for all; `rules` are their words by id."""
    ids = dict.fromkeys(id for output in outputs for id in output.rules)
    if not ids:
        return ""
    words = "; ".join(rules.get(id, "a rule") for id in ids)
    return tag(
        "p", plain(f"By your rule{'s' if len(ids) > 1 else ''}: {words}"), class_="acted", title=words.replace("**", "")
    )


def _cell(output: Output, html: str, place: str, choices: Sequence[str], vote: bool | None) -> str:
    value = show_value(output.value) if output.value is not None else ""
    was = f"before: {show_value(output.said)}" if output.said not in (None, output.value) else ""
    field = value_field(
        "answer", value, choices, f"{place}; change it to correct it", data_act="edit", data_target=place
    )
    return tag(
        "article",
        tag("div", tag("strong", place), _worth(output.score), thumbs("thumb", vote, target=place), class_="top"),
        tag("div", html, class_="drawn"),
        tag("p", escape(was), class_="effect") if was else "",
        tag("details", tag("summary", PENCIL, aria_label=f"Edit {place}", title="Edit"), field, class_="edit"),
        class_="cell",
        role="listitem",
        aria_label=place,
        data_output=place,
        data_same=_same(value),
    )


PENCIL = (
    '<svg viewBox="0 0 24 24" width="15" height="15" aria-hidden="true" fill="none" stroke="currentColor" '
    'stroke-width="1.8" stroke-linejoin="round"><path d="m4 20 1-4.500L16.500 4l3.500 3.500L8.500 19z'
    'M14 6.500l3.500 3.500"/></svg>'
)


def _worth(score: float | None) -> str:
    """A meter and the figure; where it can't be told, nothing."""
    if score is None:
        return tag("span", class_="worth")
    meter = f'<span class="meter" aria-hidden="true"><i style="width:{score * 100:.0f}%"></i></span>'
    return tag("span", meter, tag("span", figure(score)), class_="worth", title="What it is worth, from 0 to 1")


def _same(value: str) -> str:
    """Tells whether a cell still holds the same output, which then keeps what was marked in it."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:12]

"""HTML that is safe by construction: what people or data wrote is escaped, and becomes text.

    plain("it is **bug**, not <b>")   -> 'it is <strong>bug</strong>, not &lt;b&gt;'
    button("Undo", "undo", reading="r1") -> '<button type="button" data-act="undo" data-reading="r1">Undo</button>'

A button carries what it does in `data-` attributes; `ui/static/page.js` reports them to the handler.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from html import escape
from typing import Any

from markdown_it import MarkdownIt

__all__ = ["attributes", "button", "figure", "markdown", "percent", "plain", "since", "tag", "thumbs"]

BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)


def plain(text: str) -> str:
    """Plain words, of which only **bold** and line ends are markup."""
    return BOLD.sub(r"<strong>\1</strong>", escape(text)).replace("\n", "<br>")


def attributes(**given: Any) -> str:
    """Attributes of a tag: None and False are left out, True has no value; `data_act` becomes `data-act`."""
    named = {key.rstrip("_").replace("_", "-"): value for key, value in given.items()}
    written = (
        f" {key}" if value is True else f' {key}="{escape(str(value))}"'
        for key, value in named.items()
        if value is not None and value is not False
    )
    return "".join(written)


def tag(element: str, /, *inside: str, **given: Any) -> str:
    """One element around HTML that is already safe."""
    return f"<{element}{attributes(**given)}>{''.join(inside)}</{element}>"


def button(label: str, act: str, *, style: str = "", title: str | None = None, **data: Any) -> str:
    """A button that reports `act` and `data` when pressed. `label` is escaped."""
    given = {f"data_{key}": value for key, value in data.items()}
    return tag("button", escape(label), type="button", class_=style or None, title=title, data_act=act, **given)


def thumbs(act: str, vote: bool | None, **data: Any) -> str:
    """Thumbs up and down; pressing the one that is set takes it back."""
    drawn = [
        tag(
            "button", THUMB, type="button", class_=style, aria_label=name, title=name, data_act=act,
            aria_pressed=str(vote is value).lower(), data_value="" if vote is value else str(int(value)),
            **{f"data_{key}": one for key, one in data.items()},
        )
        for value, name, style in ((True, "Good answer", "thumb up"), (False, "Bad answer", "thumb down"))
    ]  # fmt: skip
    return tag("div", *drawn, class_="thumbs")


THUMB = (
    '<svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" '
    'stroke-width="1.8" stroke-linejoin="round"><path d="M7 10v10H3.500V10zM7 10l4.200-7c1.500 0 2.500 1.100 2.500 '
    '2.500L13 9h5.700c1.300 0 2.200 1.200 1.900 2.400l-1.700 7c-.2.900-1 1.600-2 1.600H7"/></svg>'
)


def markdown(text: str) -> str:
    """Markdown as HTML without raw HTML, images or links: nothing in it can load or lead anywhere."""
    return str(
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink"]).render(text)
    )


def percent(share: float | None, digits: int = 0) -> str:
    """A share in [0, 1] as people read it; an unknown one is a dash, never 0 %.

    >>> percent(0.713, 1), percent(None)
    ('71.3 %', '–')
    """
    return "–" if share is None else f"{share * 100:.{digits}f} %"


def figure(value: float) -> str:
    """A figure in as many digits as tell something; what could not be told is a dash.

    >>> figure(0.7416), figure(41.23), figure(412.3), figure(float("nan"))
    ('0.74', '41.2', '412', '–')
    """
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    return f"{value:.{2 if size < 10 else 1 if size < 100 else 0}f}"


def since(then: datetime, now: datetime | None = None) -> str:
    """How long ago, in the roughest unit that says it.

    >>> since(datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 14, tzinfo=UTC))
    '2 hours ago'
    """
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"

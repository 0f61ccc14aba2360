"""What a part's words may point at: the outputs that it concerns, and the orders that it may put them in.

    targets_of(layout, part, used, before)["rest"]  ->  ("#1", "#2"): those not named so far
    orders(layout, part)["first"]                   ->  (("#2",), ("#1", "#3")): the first named, then the others

Both give all readings that can be carried out; the network chooses between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.parsers._layout import Layout
from assistant.parsers._orders import find_order
from assistant.parsers._questions import Part
from assistant.parsers._words import Span

__all__ = ["named_in", "orders", "targets_of"]

CLOSE = 0.6
"""The share of the most votes from which an output is meant, too."""
Tiers = tuple[tuple[str, ...], ...]


def named_in(layout: Layout, part: Part) -> list[tuple[Span, tuple[str, ...]]]:
    """The references within a part."""
    start, end = layout.words[part.start].start, layout.words[part.end - 1].end
    return [(span, ids) for span, ids in layout.references if start <= span.start < end]


def targets_of(
    layout: Layout, part: Part, used: Sequence[str], before: tuple[str, ...], described: str | None = None
) -> dict[str, tuple[str, ...] | None]:
    """The ids by every way of pointing; None: not possible here.

    `used`: named so far; `before`: of the last act; `described`: the output that the words speak of by its contents.
    """
    screen = layout.screen
    exactly = [ids for span, ids in named_in(layout, part) if not LOOSE.match(span.text)]
    named = tuple(dict.fromkeys(id for ids in exactly for id in ids))
    rest = tuple(id for id in screen if id not in used and id not in named)
    told = _voted(layout, part)
    return {
        "all": ("all",),
        "none": (),
        "named": named or None,
        "rest": rest or None,
        "every": screen or None,
        "focus": screen[:1] or None,
        "same": before or None,
        "except": tuple(id for id in screen if id not in named) if named and len(named) < len(screen) else None,
        "told": told if told and told != named else None,
        "described": (described,) if described and len(screen) > 1 else None,
    }


def _voted(layout: Layout, part: Part) -> tuple[str, ...]:
    """The outputs that the most words of a part are found in, where they are in few."""
    votes = dict.fromkeys(layout.screen, 0.0)
    start, end = layout.words[part.start].start, layout.words[part.end - 1].end
    for mention in layout.described:
        if start <= mention.start < end:
            for id in mention.values:
                votes[id] += mention.score
    top = max(votes.values(), default=0.0)
    return tuple(id for id, vote in votes.items() if top and vote >= CLOSE * top)


def _told(layout: Layout, part: Part) -> list[tuple[Span, tuple[str, ...]]]:
    """The words within a part that stand in one output only."""
    start, end = layout.words[part.start].start, layout.words[part.end - 1].end
    return [(m, m.values) for m in layout.described if start <= m.start < end and len(m.values) == 1]


LOOSE = re.compile(
    r"(?:the |der |die |das |el |la |los |les )?(?:all|both|none|neither|they|every|each|rest|others?|remaining"
    r"|alle|todos|todas|tous|toutes|beide|ambos|ambas|deux|anderen?|demás|autres?|otr)",
    re.I,
)
"""How references begin that name no single output."""


def orders(layout: Layout, part: Part, described: str | None = None) -> dict[str, Tiers]:
    """The orders that the named outputs may be in, best first; the others fill a tier of their own."""
    screen = layout.screen
    if len(screen) < 2:
        return {}
    places = named_in(layout, part)
    told = tuple(dict.fromkeys(i for _, ids in sorted([*places, *_told(layout, part)], key=_start) for i in ids))
    listed = [id for span, ids in places if not LOOSE.match(span.text) for id in ids]
    named = tuple(dict.fromkeys(listed))
    rest = tuple(id for id in screen if id not in named)
    made: dict[str, Tiers] = {}
    if named:
        others = tuple(id for id in screen if id != named[0])
        made["first"] = ((named[0],), others)
        made["last"] = (others, (named[0],))
        made["as_said"] = _with(tuple((id,) for id in named), rest)
        made["reversed"] = _with(tuple((id,) for id in reversed(named)), rest)
        made["best"] = _with((named,), rest)
        made["worst"] = (rest, named) if rest else ()
    if len(told) > 1:
        others = tuple(id for id in screen if id not in told)
        made["told"] = _with(tuple((id,) for id in told), others)
    if described:
        others = tuple(id for id in screen if id != described)
        made["described"], made["undescribed"] = ((described,), others), (others, (described,))
    start, end = layout.words[part.start].start, layout.words[part.end - 1].end
    closed = [Span(q.start - start, q.end - start, q.text) for q in layout.closed if start <= q.start < end]
    found = find_order(layout.text[start:end], screen, closed)
    if found:
        made["grammar"] = found.tiers
    return {name: tiers for name, tiers in made.items() if len(tiers) > 1}


def _start(place: tuple[Span, tuple[str, ...]]) -> int:
    return place[0].start


def _with(tiers: Tiers, rest: tuple[str, ...]) -> Tiers:
    return (*tiers, rest) if rest else tiers

"""A clause that corrects the words or the parts of an output becomes an edit.

find_edit("it opens at 8, not 9", "Our office opens at 9.")  ->  replace "9" by "8"
find_edit("call the third weather", ..., op="rename")         ->  rename, new "weather"
"""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.parsers._evidence import exact
from assistant.parsers._words import quotes

__all__ = ["Edit", "find_edit"]

END = r"(?=\s*(?:please|here|now)?\s*[.!?]*$)"
NOT = re.compile(r"^(?P<new>.+?)\s*,\s*(?:and\s+)?not\s+(?P<old>[^,]+?)[.!]*$", re.I)
NOT_BUT = re.compile(r"\bnot\s+(?P<old>.+?)\s*,?\s+but\s+(?P<new>.+?)[.!]*$", re.I)
REPLACE = re.compile(
    r"\b(?:replace|change|swap|turn|switch|exchange)\s+(?P<old>.+?)\s+(?:by|with|to|into|for)\s+(?P<new>.+?)[.!]*$",
    re.I,
)
INSTEAD = re.compile(
    r"\b(?:(?:say|write|use|put)\s+)?(?P<new>.+?)\s+(?:instead of|rather than)\s+(?P<old>.+?)[.!]*$", re.I
)
INSERT = re.compile(
    r"\b(?:add|insert|append|put in)\s+(?:that\s+|the words?\s+)?(?P<new>.+?)"
    r"(?:\s+(?P<where>(?:after|before|at the)\s+.+?))?[.!]*$",
    re.I,
)
DELETE = re.compile(
    r"\b(?:delete|remove|drop|leave out|cut(?: out)?|get rid of|lose|omit|take out|strike)\s+"
    r"(?:the (?:bit|part|words?) (?:about\s+)?|the\s+)?(?P<old>.+?)(?:\s+(?:here|please))*[.!]*$",
    re.I,
)
NAME = re.compile(
    r"\b(?:call (?:it|them|that|the \w+|#?\d+)|name (?:it|them|the \w+|#?\d+)"
    r"|rename (?:the \w+|#?\d+|it|\w+ \d+) (?:to|as)?)\s+(?P<new>.+?)[.!]*$",
    re.I,
)
SORT = re.compile(r"\b(?:sort|order)(?:ed)? by\s+(?P<new>.+?)[.!]*$", re.I)
PARTS = re.compile(r"\b(?:bullet points?|bullets|headings?|limit|filter|order|sentence|date|emojis?|links?)\b", re.I)


class Edit(NamedTuple):
    """`fits` in [0, 1]: 1 where the old words stand in the output, less where they had to be believed."""

    op: str
    old: str | None = None
    new: str | None = None
    where: str | None = None
    part: str | None = None
    fits: float = 1.0


def find_edit(text: str, value: str, op: str) -> Edit | None:
    """The edit that the words ask for; `op` is what the heads expect, `value` the output as text."""
    text = text.strip()
    if op in ("merge", "split", "rename", "move", "resize"):
        name = NAME.search(text)
        return Edit(op, new=_clean(name["new"]) if name else None)
    for pattern in (NOT_BUT, REPLACE, INSTEAD, NOT):
        match = pattern.search(text)
        if match:
            return _replacement(match["old"], match["new"], value, trim=pattern is NOT or pattern is INSTEAD)
    sort = SORT.search(text)
    if sort:
        return Edit("insert", new=_clean(sort["new"]), part="order")
    insert, delete = INSERT.search(text), DELETE.search(text)
    if insert:
        return Edit("insert", new=_clean(insert["new"]), where=insert["where"])
    if delete:
        old = exact(_clean(delete["old"]), value)
        part = PARTS.search(delete["old"])
        named = part[0].lower() if part else None
        return Edit("delete", old=old if not named else None, part=named, fits=1.0 if old or named else 0.4)
    return None


def _replacement(old: str, new: str, value: str, trim: bool) -> Edit | None:
    """`new` for `old`; of "it opens at 8" only as much is new as there is old, unless it is quoted."""
    old, closed = _clean(old), quotes(new)
    there = exact(old, value)
    if closed:
        new = closed[-1].text
    elif trim:
        tail = new.split()
        # the kind of thing that is replaced says where it begins: a number for a number, as many words as before
        new = " ".join(tail[-len(old.split()) :])
    new = _clean(new)
    if not new or new == old:
        return None
    return Edit("replace", there or old, new, fits=1.0 if there else 0.4)


def _clean(said: str) -> str:
    return said.strip().strip("\"'“”‘’.,!").strip()

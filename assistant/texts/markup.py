"""Markdown in a text: whether there is any, what of it, and the text without it.

>>> kinds("**Note**\\n\\n- one\\n- two") == {"strong", "bullets"}
True
>>> stripped("# Hours\\n**Open** at [8](http://a.b)")
'Hours\\nOpen at 8'
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

__all__ = ["bullets", "headings", "highlights", "kinds", "numbered", "stripped"]

KINDS = {
    "heading_open": "heading", "strong_open": "strong", "em_open": "emphasis", "bullet_list_open": "bullets",
    "ordered_list_open": "numbers", "table_open": "table", "fence": "code", "code_inline": "code",
    "blockquote_open": "quote", "link_open": "link", "image": "image", "hr": "rule",
}  # fmt: skip
HIGHLIGHT = re.compile(r"(?<![\w*])(\*{1,2})(?=[^\s*])([^*\n]+?)(?<=[^\s*])\1(?![\w*])")
BULLET = re.compile(r"^[ \t]*[-*•+–‣◦][ \t]+(?=\S)", re.MULTILINE)
NUMBER = re.compile(r"^[ \t]*\d{1,3}[.)][ \t]+(?=\S)", re.MULTILINE)
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*?)[ \t]*#*$", re.MULTILINE)
STEPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^[ \t]*(?:```|~~~).*\n?", re.MULTILINE), ""),
    (HEADING, r"\1"),
    (re.compile(r"^[ \t]*(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*)$\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE), ""),
    (BULLET, ""),
    (NUMBER, ""),
    (re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"(\*{1,3}|_{2})(?=\S)([^*\n]+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"(`+)([^`\n]+)\1"), r"\2"),
)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable(["autolink", "code", "html_block", "html_inline"])


def kinds(text: str) -> frozenset[str]:
    """What of Markdown is in the text: heading, strong, emphasis, bullets, numbers, table, code, quote, link, …"""
    tokens = _parser().parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    return frozenset(KINDS[token.type] for token in every if token.type in KINDS)


def bullets(text: str) -> int:
    return len(BULLET.findall(text))


def numbered(text: str) -> int:
    return len(NUMBER.findall(text))


def headings(text: str) -> int:
    return len(HEADING.findall(text))


def highlights(text: str) -> int:
    """Words in *one* or **two** stars."""
    return len(HIGHLIGHT.findall(BULLET.sub("", text)))


def stripped(text: str) -> str:
    """The text without marks; what they marked stays. Tables stay, for their rows are no sentences."""
    for _ in range(4):
        before = text
        for pattern, instead in STEPS:
            text = pattern.sub(instead, text)
        if text == before:
            break
    return text.strip()

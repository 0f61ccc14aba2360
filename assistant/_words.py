"""Finding what a person named in a text: words with their other forms, exact quotes, signs, links, prices.

    finder("a refund")      finds "refund", "Refunds", "refunded"     (words, by stem)
    finder("money back")    finds "money back", "get my money's back" (adjacent, articles may stand between)
    finder("a price")       finds "price", "priced", "$5", "30 euros"
    finder("a link")        finds "https://…", "www.…"
    quoted("call now")      finds "Call now" and nothing else         (as it stands, whatever the case)

The stemmer is a few suffix rules in the spirit of Porter 1980 ("An algorithm for suffix stripping"): the word
that was said and the words of the text lose the same endings, so only agreement counts, not the stem itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

__all__ = ["Finder", "Span", "finder", "is_kind", "quoted", "stem", "strip_article", "tokens", "word_set"]

Span = tuple[int, int]
Finder = Callable[[str], list[Span]]

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# scripts written without spaces: their words can't be told apart, so they are sought as they stand
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ARTICLES = word_set("a an the any some this that these those my your his her its our their someone's somebody's such")
AS_THEY_ARE = word_set("news evening always various this was has his less")
VOWEL = re.compile("[aeiouy]")

SIGNS = {
    "question mark": "?", "exclamation mark": "!", "exclamation point": "!", "comma": ",", "full stop": ".",
    "period": ".", "semicolon": ";", "colon": ":", "dollar sign": "$", "euro sign": "€", "pound sign": "£",
    "percent sign": "%", "hash sign": "#", "at sign": "@", "slash": "/", "asterisk": "*",
    "quotation mark": '"',
}  # fmt: skip
MONEY = r"[$€£¥]\s?\d[\d.,]*|(?<![\d.,])\d[\d.,]*\s?(?:[$€£¥]|(?:usd|eur|gbp|dollars?|euros?|pounds?|cents?)\b)"
# each starts only where a run starts, so that a long text of digits or dots takes no quadratic time
KINDS = {
    "link": r"\bhttps?://\S+|\bwww\.\S+", "url": r"\bhttps?://\S+|\bwww\.\S+",
    "email address": r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+\b", "hashtag": r"#\w+", "handle": r"(?<!\w)@\w+",
    "number": r"\d+(?:[.,]\d+)*", "digit": r"\d", "price": MONEY, "amount of money": MONEY,
    "question": r"\?", "ellipsis": r"\.{3,}|…",
    "emoji": "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf]",
}  # fmt: skip
ALSO_WORDS = word_set("price question period colon")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The word without its ending: refund, refunds, refunded and refunding agree; so do price and pricing."""
    word = word.casefold().replace("’", "'").removesuffix("'s").removesuffix("'")
    if word in AS_THEY_ARE or (len(word) <= 3 and not word.endswith("s")):
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and not word.endswith("eed") and _stands(word[: -len(ending)]):
            word = word[: -len(ending)]
            break
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    if word.endswith("y") and len(word) > 3 and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search("(?:s|x|z|ch|sh)es$", word) and _stands(word[:-2]):
        return word[:-2]
    if word.endswith("s") and word[-2:-1] not in ("s", "u", "i", "'") and len(word) > 2:
        return word[:-1]
    return word


def _stands(rest: str) -> bool:
    return len(rest) >= 3 and VOWEL.search(rest) is not None


def tokens(text: str) -> list[tuple[str, int, int]]:
    """(stem, start, end) of every word."""
    return [(stem(match[0]), match.start(), match.end()) for match in WORD.finditer(text)]


def strip_article(phrase: str) -> str:
    words = phrase.split()
    while len(words) > 1 and words[0].casefold() in ARTICLES:
        words = words[1:]
    return " ".join(words)


def quoted(phrase: str) -> Finder:
    """Finds the phrase as it stands, whatever its case and spacing; not inside a longer word."""
    pattern = r"\s+".join(re.escape(part) for part in phrase.split())
    before = r"(?<!\w)" if re.match(r"\w", phrase.strip()) and not UNSPACED.search(phrase) else ""
    after = r"(?!\w)" if re.search(r"\w$", phrase.strip()) and not UNSPACED.search(phrase) else ""
    return _pattern(f"{before}{pattern}{after}")


def is_kind(phrase: str) -> bool:
    """Whether the phrase names a sign or a kind of thing ("links", "a question mark"), not words."""
    return _kind(strip_article(phrase).casefold()) is not None


def _kind(named: str) -> str | None:
    for name in (named, named.removesuffix("s"), named.removesuffix("es"), re.sub("ies$", "y", named)):
        if name in SIGNS or name in KINDS:
            return name
    return None


def finder(phrase: str) -> Finder:
    """Finds what an unquoted phrase names: a sign, a kind of thing, or its words by stem."""
    named = strip_article(phrase).casefold()
    kind = _kind(named)
    if kind is not None:
        found = _pattern(KINDS.get(kind) or re.escape(SIGNS[kind]))
        return _either(found, _stems(named)) if kind in ALSO_WORDS else found
    if UNSPACED.search(named) or not WORD.search(named):
        return _pattern(re.escape(named))
    return _stems(named)


def _pattern(pattern: str) -> Finder:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda text: [match.span() for match in compiled.finditer(text) if match[0]]


def _either(one: Finder, other: Finder) -> Finder:
    return lambda text: sorted({*one(text), *other(text)})


def _stems(phrase: str) -> Finder:
    sought = [token for token, _, _ in tokens(phrase)]

    def find(text: str) -> list[Span]:
        words = tokens(text)
        spans = (_at(words, place, sought) for place, word in enumerate(words) if word[0] == sought[0])
        return [span for span in spans if span]

    return find


def _at(words: list[tuple[str, int, int]], place: int, sought: list[str]) -> Span | None:
    """The span of the sought stems from `place` on; articles that were not said may stand between."""
    first = place
    for wanted in sought:
        while place < len(words) and words[place][0] in ARTICLES and words[place][0] != wanted:
            place += 1
        if place == len(words) or words[place][0] != wanted:
            return None
        place += 1
    return words[first][1], words[place - 1][2]

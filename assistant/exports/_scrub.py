"""Personal data out of feedback: authors by pseudonyms, and on request what texts tell of people.

    scrub("Hi, my name is Ada Byron, call 030 901820 or write to ada@example.org. Ada")
      -> "Hi, my name is Person-5f1c Person-08d2, call [phone] or write to [email]. Person-5f1c"

Found are e-mail addresses, addresses of pages that begin with a protocol or www, telephone numbers (by Google's
libphonenumber: international ones, and national ones of `REGIONS`), and names: of those who gave feedback, and of
those whom a text introduces ("my name is", "Dear", "Mr", a signature). A name found once is replaced everywhere, always
by the same pseudonym; one that was introduced, where it begins with a capital. Not found are names that nothing
introduces, places, and numbers of other kinds.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypeVar

from assistant.errors import need
from assistant.exports import Row
from assistant.exports._rows import dumps
from assistant.types import Record

__all__ = ["LIMITS", "Scrub", "hidden", "pseudonym"]

LIMITS = """Personal data was looked for and replaced: e-mail addresses, addresses of web pages, telephone numbers, and
names of people who gave feedback or whom a text introduces. Names that nothing introduces, postal addresses and other
numbers are not found, so read the texts before you publish them."""
REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "IN")

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PAGE = re.compile(r"\b(?:https?|ftp)://[^\s<>\"]+|\bwww\.[^\s<>\"]+", re.IGNORECASE)
_WORD = r"[^\W\d_][\w'’-]*"
_NAMES = rf"\s+((?:{_WORD}\s+){{0,2}}{_WORD})"
_INTRODUCED = (
    re.compile(
        r"\b(?:my name is|my name's|mein name ist|ich heiße|je m'appelle|me llamo|mi chiamo"
        rf"|mr\.?|mrs\.?|ms\.?|dr\.?|prof\.?|herrn?|frau|mme|señora?|signora?){_NAMES}",
        re.IGNORECASE,
    ),
    # a greeting or a farewell is a line of its own, or ends with a comma: "Hello, where is ..." names nobody
    re.compile(
        r"\b(?:dear|hi|hello|hey|liebe|lieber|hallo|chère|cher|bonjour|hola|querida|querido|ciao"
        rf"|(?:regards|wishes|sincerely|grüße|grüßen|cordialement|saludos),?){_NAMES}(?=\s*(?:[,.!:;\n]|$))",
        re.IGNORECASE,
    ),
)
# what follows a greeting and is no name
_NOBODY = frozenset(
    re.findall(
        r"\w+",
        "sir madam mr mrs ms dr prof team all everyone everybody folks there world support customer customers friend "
        "friends colleague colleagues herr frau herren damen kunde kunden monsieur madame señor señora "
        "i it this that we you the a an my our your please thank thanks and",
    )
)
_OF_FEEDBACK = ("input", "value", "chosen", "rejected", "aspect", "when", "about", "example_id")


def pseudonym(author: str, secret: str = "") -> str:
    """The same name for the same author, 16 hexadecimal digits.

    Without a secret, whoever can guess an author's name can check the guess.
    """
    return "author-" + _digest(author, secret, 8)


@lru_cache(maxsize=10_000)
def _digest(name: str, secret: str, size: int) -> str:
    key = blake2b(secret.encode(), digest_size=32).digest()
    return blake2b(name.encode(), digest_size=size, key=key, person=b"sayso").hexdigest()


def hidden(rows: Iterable[Row], secret: str) -> Iterator[Row]:
    """The rows with pseudonyms for their authors."""
    for row in rows:
        author = pseudonym(row.feedback.author, secret)
        yield _with(row, feedback=_with(row.feedback, author=author))


R = TypeVar("R", bound=Record)


def _with(record: R, **new: Any) -> R:
    """What `model_copy` gives, in half its time, which counts for a million rows."""
    twin, put = object.__new__(type(record)), object.__setattr__
    put(twin, "__dict__", vars(record) | new)
    put(twin, "__pydantic_fields_set__", record.__pydantic_fields_set__)
    put(twin, "__pydantic_extra__", None)
    put(twin, "__pydantic_private__", None)
    return twin


class Scrub:
    """Replaces personal data in rows. `rows`, read once, tell the names; `found` counts what was replaced, by kind.

    Raises:
        UserError: the package for telephone numbers is missing.
    """

    def __init__(self, rows: Iterable[Row], secret: str = "") -> None:
        try:
            import phonenumbers
        except ModuleNotFoundError as missing:
            raise need("phonenumbers", "sayso[scrub]", "scrubbing") from missing
        self._match = phonenumbers.PhoneNumberMatcher
        self._secret, self.found = secret, Counter[str]()
        authors, names = set[str](), set[str]()

        def collect(text: str) -> str:
            names.update(_introduced(text))
            return text

        for row in rows:
            authors.update(re.findall(_WORD, row.feedback.author.partition("@")[0]))
            _each(row, collect)
        # authors write each other's names anyhow; a name that was introduced may be a word when it is small
        parts = [f"(?i:{each})" for each in _alternatives(authors)] + _alternatives(names | {n.upper() for n in names})
        self._names = re.compile(rf"\b(?:{'|'.join(parts)})\b") if parts else None

    def __call__(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows without personal data; `found` starts anew."""
        self.found.clear()
        for row in rows:
            yield _each(row, self.text)

    def text(self, text: str) -> str:
        """`text` without personal data."""
        text = self._all(_EMAIL, "email", text)
        text = self._all(_PAGE, "page", text)
        text = self._phones(text)
        if self._names is not None:
            text = self._names.sub(self._person, text)
        return text

    def _all(self, what: re.Pattern[str], kind: str, text: str) -> str:
        text, times = what.subn(f"[{kind}]", text)
        self.found.update({kind: times} if times else {})
        return text

    def _phones(self, text: str) -> str:
        if sum(map(str.isdigit, text)) < 7:
            return text
        for region in REGIONS:
            for match in reversed(list(self._match(text, region))):
                text = f"{text[: match.start]}[phone]{text[match.end :]}"
                self.found["phone"] += 1
        return text

    def _person(self, match: re.Match[str]) -> str:
        self.found["name"] += 1
        return "Person-" + _digest(match[0].casefold(), self._secret, 2)


def _alternatives(names: Iterable[str]) -> list[str]:
    return sorted((re.escape(name) for name in names if len(name) > 2), key=len, reverse=True)


def _introduced(text: str) -> Iterator[str]:
    for pattern in _INTRODUCED:
        for match in pattern.finditer(text):
            for word in re.findall(_WORD, match[1]):
                if word.islower():
                    break
                if word.casefold() not in _NOBODY:
                    yield word


def _each(row: Row, change: Callable[[str], str]) -> Row:
    """The row with every text that people or models wrote changed."""
    said = row.feedback
    new: dict[str, Any] = {name: _walk(getattr(said, name), change) for name in _OF_FEEDBACK if hasattr(said, name)}
    new["evidence"] = tuple(each.model_copy(update={"text": change(each.text)}) for each in said.evidence)
    over = {
        "feedback": said.model_copy(update=new),
        "words": change(row.words),
        "gesture": row.gesture and dumps(_walk(json.loads(row.gesture), change)),
        "reading": _walk(row.reading, change),
        "output": _walk(row.output, change),
    }
    return row.model_copy(update=over)


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return type(value)(_walk(each, change) for each in value)
    return {key: _walk(each, change) for key, each in value.items()} if isinstance(value, dict) else value

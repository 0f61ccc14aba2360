"""A text made to obey by editing, where that does no harm.

>>> two = ConstraintAct(property="length.sentences", operator="le", value=2, strength="must", scope="task")
>>> repaired("It opens at 8. Come by. Bring a bag.", [two])
'It opens at 8. Come by.'

What is too long is cut behind a whole sentence (`cut.py`); `mend.py` has the other edits. Whatever comes out was
checked against all the rules, so it obeys, or it is None: then sampling anew may help. A text that obeys comes back as
it is. Where nothing is left to try, `force` also edits in ways that show (`blunt.py`): a cut between words, a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.texts.blunt import BLUNT, WITHIN
from assistant.texts.checks.form import is_json
from assistant.texts.cut import shorter
from assistant.texts.mend import MENDERS, Mender
from assistant.texts.obey import Rule, broken, concrete, holds, wanted
from assistant.texts.segment import words

__all__ = ["repaired"]

ROUNDS = 3


def repaired(text: str, rules: Sequence[Rule], asked: str | None = None, *, force: bool = False) -> str | None:
    """The text, edited so that it obeys all rules of which anything can be told; None: it can't be by editing.

    Args:
        asked: the question that it answers, where that is known.
        force: edit at any price but one: nothing is made up. None is then left for what has to be made up.
    """
    if not broken(rules, text, asked):
        return text
    plain = [concrete(rule, asked) for rule in rules]
    stays_json = is_json(text) and not any(rule.property == "format.json" and wanted(rule) is False for rule in plain)
    for blunt in _by_force(plain) if force else (None,):
        for shown in _starts(text, plain, stays_json, blunt is not None):
            mended = _mended(shown, plain, blunt)
            if words(mended) and not broken(plain, mended) and (is_json(mended) or not stays_json):
                return mended
    return None


def _by_force(rules: Sequence[Rule]) -> Iterator[dict[str, Mender] | None]:
    """What is tried, the mildest first; the last only where it differs from the one before."""
    yield from (None, BLUNT)
    if any(WITHIN.get(rule.property) is not BLUNT.get(rule.property) for rule in rules):
        yield WITHIN


def _starts(text: str, rules: Sequence[Rule], whole: bool, blunt: bool) -> Iterator[str]:
    """The text, and what of it is shorter; of JSON there is no part."""
    yield text
    if not whole:
        yield from shorter(text, rules, force=blunt)


def _mended(text: str, rules: Sequence[Rule], blunt: dict[str, Mender] | None) -> str:
    """The text after every edit that a broken rule asks for; by force only where care didn't help."""
    careful = _rounds(text, rules, MENDERS)
    if blunt is None or not broken(rules, careful):
        return careful
    after = _rounds(careful, rules, blunt, MENDERS)
    return after if not broken(rules, after) else _rounds(text, rules, blunt, MENDERS)


def _rounds(text: str, rules: Sequence[Rule], *menders: dict[str, Mender]) -> str:
    for _ in range(ROUNDS):
        for some in menders:
            text = _once(text, rules, some)
        if not broken(rules, text):
            break
    return text


def _once(text: str, rules: Sequence[Rule], menders: dict[str, Mender]) -> str:
    for name, mend in menders.items():
        for rule in rules:
            if rule.property == name and holds(rule, text) is False:
                text = mend(text, rule) or text
    return text

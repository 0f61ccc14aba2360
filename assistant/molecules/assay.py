"""Own assay data with a direction: which way is better, on which scale, and the part of the goal that it becomes.

    measured("assay.csv", "pIC50").said            ->  "More pIC50 is better; say otherwise with `--label pIC50:less`."
    measured("assay.csv", "IC50_nM").said          ->  "Less IC50_nM is better, on a log scale; say otherwise with ..."
    measured("assay.csv", "hERG_IC50:more:log")    ->  as told

What isn't told is guessed from the column's name. A concentration (IC50, Ki, EC50, Kd) is modelled as its logarithm,
because its error is a factor (Kalliokoski et al. 2013, PLoS ONE 8:e61007), and so are positive values of more than 3
decades. Of hERG and of toxicity the other way is better.
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.errors import UserError
from assistant.molecules.chem import Aside
from assistant.molecules.components.fitted import learnt, number_of
from assistant.molecules.desirability import ReverseSigmoid, Sigmoid
from assistant.molecules.files import csv_rows
from assistant.molecules.objective import Part

__all__ = ["Measured", "Way", "left_out", "measured", "way"]

WORDS = ("more", "less", "log", "linear")
"""What may follow a column's name, each after a colon."""
DECADES = 3.0
"""Positive values that span more are modelled as logarithms."""
ENDS = (0.1, 0.9)
"""The worth rises, or falls, between these quantiles of what was measured."""
WEIGHT = 3.0
"""Of a property's 1: what was measured is what one is after."""
LISTED = 5

SCALE = r"(?:(?P<p>p|(?:-|n|neg(?:ative)?[ _]?)log(?:10)?[ _(]*)|(?P<log>log(?:10)?[ _(]*))?"
POTENCY = re.compile(rf"(?:^|[^a-z0-9]){SCALE}(?:[aegix]c\d\d|gi50|dc50|k_?[id]|mic)(?:[pnum]?m)?(?![a-z0-9])")
HARM = re.compile(rf"(?:^|[^a-z0-9]){SCALE}(?:[ct]c50|l[cd]50)(?:[pnum]?m)?(?![a-z0-9])")
LOGARITHM = re.compile(r"(?:^|[^a-z0-9])(?:log(?!ic|ist)|p(?:activity|potency|affinity))")
AMOUNT = re.compile(r"(?:^|[^a-z0-9])[pnum]m(?![a-z0-9])")
BINDS = re.compile(r"potency|affinity|activity|binding|inhibition")
AGAINST = re.compile(r"herg|toxic|(?:^|[^a-z])tox(?![a-z])")
LESS = re.compile(r"clearance|cl_?int|efflux")
MORE = re.compile(rf"{BINDS.pattern}|active|solub|permeab|stability|half.?life|(?:^|[^a-z])log_?s(?![a-z])")


# --- which way is better -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """Of a `column`, whether `more` is better, and whether its logarithm is modelled.

    Args:
        guessed: which of "way" and "scale" the person did not say.
        why: a clause that says by what the guess was made, where the name alone does not.
    """

    column: str
    more: bool
    log: bool
    guessed: frozenset[str] = frozenset()
    why: str = ""

    @property
    def said(self) -> str:
        """A sentence, with what to say where a guess is wrong."""
        scale = ", on a log scale" if self.log else ""
        instead = ["less" if self.more else "more"] if "way" in self.guessed else []
        instead += ["linear"] if "scale" in self.guessed and self.log else []
        why = f" ({self.why})" if self.why else ""
        otherwise = ""
        if instead:
            or_else = f", or `:{instead[1]}`" if len(instead) > 1 else ""
            otherwise = f"; say otherwise with `--label {shlex.quote(f'{self.column}:{instead[0]}')}`{or_else}"
        return f"{'More' if self.more else 'Less'} {self.column} is better{scale}{why}{otherwise}."


def way(label: str, columns: Sequence[str], values: Sequence[float] = ()) -> Way:
    """What a label such as "IC50_nM:less" means.

    Args:
        values: the numbers of the column, by which the scale is chosen where the name does not tell it.

    Raises:
        UserError: there is no such column, or what follows it is not known or contradicts itself.
    """
    column, words = _split(label, columns)
    more, log, known = _by_name(column)
    why = [] if known or "more" in words or "less" in words else ["its name does not tell"]
    if log is None and not {"log", "linear"} & words:
        decades = _decades(values)
        why += [f"its values span {decades:.1f} decades"] if decades > DECADES else []
        log = decades > DECADES
    return Way(
        column,
        more="more" in words or (more and "less" not in words),
        log="log" in words or (bool(log) and "linear" not in words),
        guessed=frozenset(name for name, of in (("way", WORDS[:2]), ("scale", WORDS[2:])) if not words & set(of)),
        why=", and ".join(why),
    )


def _split(label: str, columns: Sequence[str]) -> tuple[str, set[str]]:
    """The column and the words behind it; a column whose name has colons itself is found, too."""
    column, words = label, list[str]()
    while column not in columns and ":" in column:
        column, _, word = column.rpartition(":")
        words.append(word.strip().casefold())
    if column not in columns:
        wanted = label
        while (cut := wanted.rpartition(":"))[2].strip().casefold() in WORDS and cut[1]:
            wanted = cut[0]
        raise UserError(f"There is no column {wanted!r}", f"the columns are: {', '.join(columns)}")
    for word in words:
        if word not in WORDS:
            near = difflib.get_close_matches(word, WORDS, n=1)
            means = f"did you mean '{column}:{near[0]}'?" if near else ""
            raise UserError(f"Behind {column!r} stands {word!r}", f"one of: {', '.join(WORDS)}", means)
    for one, other in (WORDS[:2], WORDS[2:]):
        if {one, other} <= set(words):
            raise UserError(f"{label!r} says both {one!r} and {other!r}", do="say one of them")
    return column, set(words)


def _by_name(column: str) -> tuple[bool, bool | None, bool]:
    """Whether more is better, whether it is a logarithm's business (None: not known), and whether the name told."""
    name = re.sub("[µμ]", "u", column.casefold()).replace("herg", " herg ")
    against = bool(AGAINST.search(name))
    if found := POTENCY.search(name) or HARM.search(name):
        harm = against if POTENCY.search(name) else True
        logarithm = found["p"] or found["log"]
        return bool(found["p"]) != harm, not logarithm, True
    if AMOUNT.search(name) and BINDS.search(name):
        return against, True, True
    log = False if LOGARITHM.search(name) else None
    if against or LESS.search(name):
        return False, log, True
    return True, log, bool(MORE.search(name))


def _decades(values: Sequence[float]) -> float:
    """How many powers of ten the values span; 0 where one is not above zero."""
    if not len(values) or min(values) <= 0:
        return 0.0
    return float(np.log10(max(values) / min(values)))


# --- what it becomes -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """The `part` of the goal; what is `said` of it; and of values that could not be used (`left_out`), or ""."""

    part: Part
    said: str
    left_out: str = ""


def measured(path: str, label: str) -> Measured:
    """A model fitted to a column, as a part of the goal: the worth turns between the 10th and 90th percentile.

    Raises:
        UserError: the file or the column can't be used, or what follows the column is not known.
    """
    rows = csv_rows(Path(path))
    columns = [column for column in rows[0] if column]
    column, _ = _split(label, columns)
    numbers = [number for row in rows if (number := number_of(row[column])) is not None]
    wanted = way(label, columns, numbers)
    fit = learnt(path, None, column, wanted.log)
    low, high = (float(end) for end in np.quantile(fit.assay.values, ENDS))
    shape = Sigmoid(low, high) if wanted.more else ReverseSigmoid(low, high)
    part = Part("fitted", {"path": path, "value": column, "log": wanted.log}, shape, weight=WEIGHT)
    said = f"A model was fitted to {column} ({fit.said}). {wanted.said}"
    return Measured(part, said, left_out(fit.assay.unused, wanted.log))


def left_out(unused: Sequence[Aside], log: bool = False) -> str:
    """One sentence on the values that are none; "" where all are numbers."""
    if not unused:
        return ""
    given = [f"{one.given!r} (number {one.index + 1})" for one in unused if one.given]
    listed = given[:LISTED]
    listed += [f"{len(given) - LISTED} more"] if len(given) > LISTED else []
    listed += [f"{len(unused) - len(given)} empty"] if len(given) < len(unused) else []
    one = len(unused) == 1
    values = f"{len(unused)} {'value is no number' if one else 'values are no numbers'}{' above zero' if log else ''}"
    return (
        f"{values} and {'was' if one else 'were'} left out of the fit: {', '.join(listed)}; "
        f"{'its molecule is' if one else 'their molecules are'} shown all the same."
    )

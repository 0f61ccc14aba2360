"""Errors that are meant for people: one clear sentence, never a traceback.

>>> raise UserError("There is no column 'txt'", "the columns are: text, label", "name one with --text")
"""

from __future__ import annotations

__all__ = ["UserError", "need"]


class UserError(Exception):
    """What went wrong with which value, what is allowed, and what to do next.

    Args:
        wrong: what is wrong, with the offending value in quotes.
        allowed: what would have been right; may be empty.
        do: the next step for the person; may be empty.
    """

    def __init__(self, wrong: str, allowed: str = "", do: str = "") -> None:
        parts = [part.strip().rstrip(".") for part in (wrong, allowed, do) if part.strip()]
        super().__init__("; ".join(parts) + ".")
        self.wrong, self.allowed, self.do = wrong, allowed, do


def need(module: str, install: str, what: str) -> UserError:
    """The error for an optional package that is missing.

    >>> str(need("trl", "sayso[train]", "this trainer"))
    "This trainer needs the package 'trl', which is not installed; run: pip install 'sayso[train]'."
    """
    what = what[:1].upper() + what[1:]
    return UserError(f"{what} needs the package {module!r}, which is not installed", do=f"run: pip install {install!r}")

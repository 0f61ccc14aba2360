"""The checks by name: each measures one property of a text. Reference list: IFEval (Zhou et al. 2023, 2311.07911).

>>> CHECKS["length.sentences"].measure("It opens at 8. Come by.")
2
"""

from __future__ import annotations

from assistant.texts.checks._check import Check
from assistant.texts.checks.content import CONTENT
from assistant.texts.checks.counts import COUNTS
from assistant.texts.checks.form import FORM
from assistant.texts.checks.length import LENGTHS

__all__ = ["CHECKS", "Check"]

CHECKS: dict[str, Check] = {check.name: check for check in (*LENGTHS, *COUNTS, *CONTENT, *FORM)}
"""In the order in which people ask for them most."""

"""Sayso hears what people say about a model's outputs and remembers it. Importing this loads no torch.

>>> from assistant import Session
>>> session = Session.open("classify")            # doctest: +SKIP
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Before anything imports torch: threads that spin while they wait slow a chat down twenty times as soon as a
# training runs beside it (docs/log.md).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

if TYPE_CHECKING:
    from assistant.session import Session

__all__ = ["Session", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # the session brings the database along; `import assistant` and `sayso --help` should not pay for it
    if name == "Session":
        from assistant.session import Session

        return Session
    raise AttributeError(f"module 'assistant' has no attribute {name!r}")

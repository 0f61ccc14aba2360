"""Loading models of transformers: one at a time, without noise, and with a sentence for a person where it fails.

with loading():
    model = AutoModel.from_pretrained(place)
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import UserError

__all__ = ["loading", "not_loaded"]

_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def loading() -> Iterator[None]:
    """Nothing else in this process loads a model meanwhile; no progress bar, no notes that are meant for developers.

    `from_pretrained` takes `PreTrainedModel.tie_weights` out of the class and puts it back (transformers 5): of two
    threads at it, the second puts back what the first left there, nothing, and no model with tied weights can be loaded
    any more.
    """
    from transformers.utils import logging

    with _ONE_AT_A_TIME:
        logging.disable_progress_bar()
        logging.set_verbosity_error()
        yield


def not_loaded(place: object, kind: str, wrong: Exception) -> UserError:
    """What to say where a base model can't be loaded. `kind`: what a base is, as "an encoder's folder or …"."""
    return UserError(
        f"The base model {str(place)!r} can't be loaded",
        f"a base is {kind}",
        f"check the name and the network ({str(wrong).splitlines()[0][:120]})",
    )

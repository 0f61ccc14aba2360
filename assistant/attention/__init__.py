"""Useful while people do their own work: the model answers, and they are interrupted only when it is worth it.

    moment = session.attention.use("Not one reply in three weeks. I want my money back!")
    moment.value, moment.question  ->  "order", Question(text="Is this **complaint** or **order**?", why="I'm torn …")
    session.attention.answer(moment.question.id, "complaint")     # or .dismiss(id), or nothing at all

`worth.py`: what an answer would bring; `cost.py`: what an interruption costs; `decide.py`: whether now; `say.py`: in
words. What people do without saying anything (`notice`) is kept apart from feedback; the setting `implicit` switches
it off.
"""

from __future__ import annotations

from assistant.attention.attend import Attention
from assistant.attention.shown import Moment, Question, Standing

__all__ = ["Attention", "Moment", "Question", "Standing"]

"""Labels that are probably wrong: found, ranked, shown with the reason, and kept, corrected or dropped.

rank.py      how likely each given label is wrong, by what models trained without it say of it (no model in there)
votes.py     the same for spans, by the votes of an ensemble
beliefs.py   models trained without it: light heads on the frozen encoder's vectors, by cross-validation
standing.py  which label of an example holds, by the data and by all that people said
look.py      the search: labels -> beliefs -> ranked doubts, kept on disk
desk.py      what a session can do: `session.review.queue()`, `.keep(id)`, `.correct(id, value)`, `.drop(id)`
"""

"""The tables. People's words and everything made of them are only ever added; what happens to a row later is a row in
an event table:

    feedback f1 "it is complaint"         <-  feedback_events (f1, 'retracted', by ann)
    readings r1 of critique c1            <-  decisions (r1, ann, 'corrected'), readings r2 replaces r1
    jobs j1 "learn"                       <-  job_events (j1, 'queued'), (j1, 'running', 0.4), (j1, 'done')

Triggers refuse UPDATE and DELETE (see migration 0001). The one exception is `open_jobs`: an index of the jobs
that are not over, so that looking for work costs the same after 10,000 trainings.

`feedback.seq` counts 1, 2, 3 ... within a task without gaps, since there is one writer at a time; so the highest
is the count, and a uniform sample is a few random numbers.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from assistant.store.columns import Json, Seq, When, Words

__all__ = ["APPEND_ONLY", "metadata"]

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _seq() -> Column[Any]:
    return Column("seq", Seq(), primary_key=True, autoincrement=True)


def _id() -> Column[Any]:
    return Column("id", Words, primary_key=True)


def _to(name: str, table: str, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    """A column that refers to the id of another table."""
    column = "seq" if table == "messages" else "id"
    kind = Seq() if table == "messages" else Words()
    return Column(name, kind, ForeignKey(f"{table}.{column}"), nullable=nullable, primary_key=primary_key)


def _must(name: str, kind: Any = Words) -> Column[Any]:
    return Column(name, kind, nullable=False)


tasks = Table(
    "tasks", metadata, _seq(), _must("name"), _must("version", sa.Integer), _must("body", Json),
    _must("created_at", When), UniqueConstraint("name", "version"),
)  # fmt: skip

guidelines = Table(
    "guidelines", metadata, _seq(), _must("task"), _must("version", sa.Integer), _must("text"),
    _must("author"),
    _must("created_at", When), UniqueConstraint("task", "version"),
)  # fmt: skip

conversations = Table(
    "conversations", metadata, _id(), _must("task"), _must("author"), _must("created_at", When),
    Index(None, "task", "created_at"),
)  # fmt: skip

messages = Table(
    "messages", metadata, _seq(), _to("conversation", "conversations"), _must("role"), _must("text"),
    Column("card", Json), _must("created_at", When), Index(None, "conversation", "seq"),
)  # fmt: skip

votes = Table(
    "votes", metadata, _seq(), _to("message", "messages"), _must("author"), Column("value", sa.Boolean),
    _must("created_at", When), Index(None, "message", "seq"),
)  # fmt: skip

outputs = Table(
    "outputs", metadata, _id(), _must("task"), _must("adapter"), _must("body", Json), _must("sha256"),
    _must("created_at", When),
)  # fmt: skip

critiques = Table(
    "critiques", metadata, _id(), _to("conversation", "conversations"), _must("author"), _must("body", Json),
    _must("sha256"), _must("created_at", When), Index(None, "conversation"),
)  # fmt: skip

readings = Table(
    "readings", metadata, _id(), _to("critique", "critiques"), _must("parser"), _must("parser_version"),
    _must("confidence", sa.Double), _must("body", Json), _to("replaces", "readings", nullable=True),
    _must("sha256"), _must("created_at", When), Index(None, "critique"),
)  # fmt: skip

decisions = Table(
    "decisions", metadata, _seq(), _to("reading", "readings"), _must("author"), _must("decision"),
    _must("created_at", When), Index(None, "reading", "seq"),
)  # fmt: skip

# a person's yes to one act of a reading, counted from 0; a decision is about the whole reading
confirmed_acts = Table(
    "confirmed_acts", metadata, _seq(), _to("reading", "readings"), _must("act", sa.Integer), _must("author"),
    _must("created_at", When), Index(None, "reading", "seq"),
)  # fmt: skip

# example: the key of the example's id;
# scope: that of a constraint, and place: the key of the conversation or the example that it is bound to
feedback = Table(
    "feedback", metadata, _id(), _must("task"), _must("seq", Seq()), _must("kind"), _to("critique",
    "critiques"),
    _to("reading", "readings"), Column("example", Words), Column("scope", Words), Column("place", Words),
    _must("author"), _must("adapter"), _must("body", Json), _must("sha256"), _must("created_at", When),
    UniqueConstraint("task", "seq"), Index(None, "task", "kind", "seq"), Index(None, "task", "author", "seq"),
    Index(None, "task", "example"), Index(None, "task", "scope", "place"), Index(None, "critique"),
    Index(None, "reading"),
)  # fmt: skip

# number: the how manieth retraction of the task it is; NULL for 'off', 'on', 'held' and 'released'
feedback_events = Table(
    "feedback_events", metadata, _seq(), _to("feedback", "feedback"), _must("task"), _must("event"),
    Column("number", Seq()), _must("author"), _to("critique", "critiques", nullable=True), _must("text"),
    _must("created_at", When),
    Index(None, "feedback", "event", "seq"), UniqueConstraint("task", "number"),
)  # fmt: skip

# settled: all feedback of the task up to this seq was learned here or by an ancestor, or was retracted;
# newest: the highest seq that it or an ancestor learned. Both bound the search for what is new.
adapters = Table(
    "adapters", metadata, _id(), _must("task"), _must("number", sa.Integer),
    _to("parent", "adapters", nullable=True), _must("folder"), _must("sha256"), Column("report", Json),
    _must("settings", Json), _must("settled", Seq()), _must("newest", Seq()), _must("created_at", When),
    UniqueConstraint("task", "number"),
)  # fmt: skip

adapter_feedback = Table(
    "adapter_feedback", metadata, _to("adapter", "adapters", primary_key=True),
    _to("feedback", "feedback", primary_key=True), Index(None, "feedback"),
)  # fmt: skip

live_events = Table(
    "live_events", metadata, _seq(), _must("task"), _to("adapter", "adapters", nullable=True),
    _must("author"),
    _must("why"), _must("created_at", When), Index(None, "task", "seq"),
)  # fmt: skip

jobs = Table(
    "jobs", metadata, _seq(), _must("id"), _must("task"), _must("what"), _must("params", Json),
    _must("author"),
    _must("created_at", When), UniqueConstraint("id"), Index(None, "task", "seq"),
)  # fmt: skip

job_events = Table(
    "job_events", metadata, _seq(), _to("job", "jobs"), _must("state"), Column("progress", sa.Double),
    _must("text"), _must("created_at", When), Column("figures", Json), Index(None, "job", "seq"),
)  # fmt: skip

# event: the newest job event at the time of the claim; a later 'queued' frees the job again
job_claims = Table(
    "job_claims", metadata, _to("job", "jobs", primary_key=True),
    Column("attempt", sa.Integer, primary_key=True, autoincrement=False), _must("worker"), _must("event",
    Seq()),
    _must("created_at", When),
)  # fmt: skip

# vote: "first" or "second" of the two outputs is better, they are "alike", or both are "bad"
trials = Table(
    "trials", metadata, _seq(), _must("task"), _must("author"), _to("first", "outputs"), _to("second", "outputs"),
    _must("vote"), _must("created_at", When), Index(None, "task", "seq"),
)  # fmt: skip

# a person's newest row is what they are; NULL: not in the team any more
members = Table(
    "members", metadata, _seq(), _must("task"), _must("person"), Column("role", Words), _must("body", Json),
    _must("sha256"), _must("created_at", When), Index(None, "task", "seq"),
)  # fmt: skip

# how the work is shared out; the newest of a task is in force
plans = Table(
    "plans", metadata, _seq(), _must("task"), _must("body", Json), _must("sha256"), _must("created_at", When),
    Index(None, "task", "seq"),
)  # fmt: skip

# example: the key of the example's id. An example is given to a person once, for as long as `until`
reservations = Table(
    "reservations", metadata, _seq(), _must("task"), _must("example"), _must("person"), _must("until", When),
    _must("created_at", When), UniqueConstraint("task", "example", "person"), Index(None, "task", "person", "seq"),
)  # fmt: skip

comments = Table(
    "comments", metadata, _id(), _must("task"), _must("example"), _to("feedback", "feedback", nullable=True),
    _must("author"), _must("body", Json), _must("sha256"), _must("created_at", When), Index(None, "task", "example"),
)  # fmt: skip

# questions whose answer is known; the newest row of an example says whether it is one
golds = Table(
    "golds", metadata, _seq(), _must("task"), _must("example"), _must("body", Json), _must("sha256"),
    _must("created_at", When), Index(None, "task", "example", "seq"),
)  # fmt: skip

# an input of a person's own work, at which they were asked something or left alone. worth: of asking then, its cost
# taken off, in examples; asks: the moment whose input the question was about, NULL: nothing was asked; about: what
# "such things" are; gain: what an answer should bring; ready: the probability that it would be answered
moments = Table(
    "moments", metadata, _id(), _must("task"), _must("author"), _to("conversation", "conversations"),
    _to("output", "outputs"), _must("example"), _must("input", Json), Column("worth", sa.Double),
    _to("asks", "moments", nullable=True), Column("about", Words), Column("gain", sa.Double),
    Column("ready", sa.Double), _must("created_at", When),
    Index(None, "task", "author", "id"), Index(None, "task", "author", "example"), Index(None, "author", "asks"),
)  # fmt: skip

# event: the question was 'answered', 'dismissed', 'never' (don't ask such things) or 'again' (do)
moment_events = Table(
    "moment_events", metadata, _seq(), _to("moment", "moments"), _must("event"), _must("author"),
    _to("critique", "critiques", nullable=True), _must("created_at", When), Index(None, "moment", "seq"),
)  # fmt: skip

# what people did with an output without saying anything: never feedback, and in no export but its own
implicit = Table(
    "implicit", metadata, _seq(), _must("task"), _must("author"), _to("output", "outputs"), _must("kind"),
    Column("value", sa.Double), Column("text", Words), _must("created_at", When),
    Index(None, "task", "seq"), Index(None, "output", "author", "kind"),
)  # fmt: skip

# what a parser's server counted for a reading; tokens NULL: it told none
usage = Table(
    "usage", metadata, _seq(), _to("reading", "readings"), _must("calls", sa.Integer), Column("tokens_in", Seq()),
    Column("tokens_out", Seq()), _must("created_at", When), Index(None, "reading"),
)  # fmt: skip

open_jobs = Table("open_jobs", metadata, _to("job", "jobs", primary_key=True))

APPEND_ONLY = tuple(name for name in metadata.tables if name != "open_jobs")

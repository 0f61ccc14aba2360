"""Many outputs at once: the grid, what is marked in it, and how a training towards a goal is told."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from assistant.errors import UserError
from assistant.session import Message, Progress, Screen
from assistant.tasks import View
from assistant.types import Changed, Gesture, Label, Measure, Output, Report, Selection
from tests.ui.fake import LABELS, FakeSession, reading_card
from tests.ui.test_draw import EVIL, Tags, version
from ui import draw
from ui.desk import Visit
from ui.plot import plot
from ui.report import changes
from ui.views import chat, learned, versions


class Shapes(FakeSession):
    """Three outputs in a grid, of which parts can be marked."""

    def __init__(self) -> None:
        super().__init__("ada", text="")
        self.outputs = tuple(Output(example_id="e1", value=value, score=0.25 * n) for n, value in enumerate("abc", 1))

    def screen(self) -> Screen:
        cells = tuple(f'<svg><circle data-atom="0"/><title>{output.value}</title></svg>' for output in self.outputs)
        view = View(html="", cells=cells, said="3 shapes")
        return Screen(self.example, self.outputs, view, "two are unlike the rest", "base", "0 pieces of feedback")

    def marked(self, target: str, parts: list[int]) -> Selection:
        if target != "#2":
            raise UserError(f"Nothing can be marked in {target}")
        return Selection(text="b", target=target, parts=tuple(parts))


@pytest.fixture
def session() -> Shapes:
    return Shapes()


def visit(session: FakeSession, **press: Any) -> Visit:
    return Visit(session, {}, press, session.author)  # type: ignore[arg-type]


def drawn(session: FakeSession, **rules: str) -> Tags:
    return Tags(draw.example(session.screen(), (), rules))


# --- the grid ----------------------------------------------------------------------------------------------


def test_a_thumb_is_shown_as_given_in_its_cell_and_pressing_it_again_takes_it_back(session: Shapes) -> None:
    good = Label(task="t", author="ada", critique="c", reading="r", input="", op="is", value="b")
    screen = replace(session.screen(), labels=(None, good, None))
    pressed = [given for _, given in Tags(draw.example(screen, (), {})).elements if given.get("aria-pressed") == "true"]
    assert [(given["data-target"], given["data-value"]) for given in pressed] == [("#2", "")]
    taken: list[str] = []
    session.screen, session.retract = lambda: screen, taken.extend  # type: ignore[method-assign, attr-defined]
    chat.press(visit(session, act="thumb", target="#2", value=""))
    assert taken == [good.id]


def test_each_output_has_its_number_its_worth_its_thumbs_and_a_field_that_is_folded(session: Shapes) -> None:
    tags = drawn(session)
    cells = [given for _, given in tags.elements if given.get("class") == "cell"]
    assert [cell["data-output"] for cell in cells] == ["#1", "#2", "#3"]
    assert all(words in tags.text for words in ("#3", "0.25", "0.50", "0.75", "3 shapes", "Why these: two are unlike"))
    thumbs = [given["data-target"] for _, given in tags.elements if given.get("data-act") == "thumb"]
    assert thumbs == ["#1", "#1", "#2", "#2", "#3", "#3"]
    fields = [given for tag, given in tags.elements if tag == "input"]
    assert [(one["data-act"], one["data-target"], one["value"]) for one in fields] == [
        ("edit", "#1", "a"), ("edit", "#2", "b"), ("edit", "#3", "c"),
    ]  # fmt: skip
    details = [given for tag, given in tags.elements if tag == "details"]
    assert len(details) == 3 and not any("open" in given for given in details)


def test_an_input_that_is_empty_has_no_empty_box(session: Shapes) -> None:
    assert not [given for _, given in drawn(session).elements if given.get("id") == "view"]
    assert [given for _, given in drawn(FakeSession("ada")).elements if given.get("id") == "view"]


def test_what_cannot_be_told_has_no_worth_and_what_was_edited_says_what_it_was(session: Shapes) -> None:
    first = session.outputs[0].model_copy(update={"score": None, "said": "earlier"})
    session.outputs = (first, *session.outputs[1:])
    tags = drawn(session)
    assert "0.25" not in tags.text and "0.00" not in tags.text
    assert tags.text.count("before: ") == 1 and "before: earlier" in tags.text


def test_rules_that_acted_are_said_once_for_all(session: Shapes) -> None:
    assert "By your rule" not in drawn(session).text
    one, two, three = session.outputs
    both = {"rules": ("r1", "r2")}
    session.outputs = (one.model_copy(update=both), two.model_copy(update=both), three)
    assert drawn(session, r1="no **b**", r2="short").text.count("By your rules: no b; short") == 1


def test_words_of_others_in_a_grid_are_shown_and_never_run(session: Shapes) -> None:
    session.outputs = (session.outputs[0].model_copy(update={"value": EVIL, "said": EVIL + "x", "rules": ("r1",)}),)
    session.screen = lambda: Screen(  # type: ignore[method-assign]
        session.example, session.outputs, View(html="", cells=("<svg></svg>",), said=EVIL), EVIL, "base", EVIL
    )
    tags = drawn(session, r1=EVIL)
    assert not tags.open and {"img", "script"}.isdisjoint(tag for tag, _ in tags.elements)
    assert tags.text.count("<img src=x onerror=alert(1)>") >= 4


def test_a_cell_tells_whether_it_still_holds_the_same_output(session: Shapes) -> None:
    def same() -> list[Any]:
        return [given["data-same"] for _, given in drawn(session).elements if "data-same" in given]

    before = same()
    session.outputs = (*session.outputs[:2], session.outputs[2].model_copy(update={"value": "d", "id": "new"}))
    after = same()
    assert before[:2] == after[:2] and before[2] != after[2]


def test_a_thumb_and_an_edit_are_about_their_cell(session: Shapes) -> None:
    chat.press(visit(session, act="thumb", target="#3", value="1"))
    chat.press(visit(session, act="edit", target="#2", value="bb"))
    assert session.calls == [
        ("hear", {"gesture": Gesture(kind="thumb", target="#3", value=True)}),
        ("hear", {"gesture": Gesture(kind="edit", target="#2", value="bb")}),
    ]


def test_the_message_that_tells_of_many_outputs_has_no_thumbs() -> None:
    said = [Message(seq=1, role="sayso", text="3 shapes", output_id="o1"), Message(seq=2, role="sayso", text="note")]
    assert Tags(draw.log(said, LABELS, {}, several=True)).acts() == ["vote", "vote"]
    assert Tags(draw.log(said, LABELS, {})).acts() == ["vote"] * 4


# --- parts that are marked ---------------------------------------------------------------------------------

MARKED = json.dumps([{"target": "#2", "parts": [3, 1]}])
PART = Selection(text="b", target="#2", parts=(3, 1))


def test_marked_parts_go_along_with_words_and_with_their_buttons(session: Shapes) -> None:
    there = visit(session)
    chat.say(there, "too greasy", chat._selection(there, MARKED))
    chat.press(visit(session, act="say", value="Lose this", marked=MARKED))
    assert session.calls == [
        ("hear", "too greasy", {"selection": [PART]}),
        ("hear", "Lose this", {"selection": [PART]}),
    ]


def test_marked_parts_are_added_to_a_card_that_is_corrected(session: Shapes) -> None:
    session.add("sayso", "", card=reading_card())
    chat.press(visit(session, act="corrected", reading="r1", point="0", label="order", marked=MARKED))
    [(_, _, acts)] = session.calls
    assert [piece.text for piece in acts[0].evidence] == ["b"]


@pytest.mark.parametrize(
    "marked",
    [
        "{", "7", "[7]", '{"target": "#2"}', '[{"target": "#2"}]', '[{"target": "#2", "parts": []}]',
        '[{"target": "#2", "parts": ["x"]}]', '[{"target": "#2", "parts": [true]}]', '[{"target": "#9", "parts": [1]}]',
        '[{"text": "b", "start": 0, "end": 1}]',
    ],
)  # fmt: skip
def test_what_no_marking_sends_is_refused_with_a_sentence(session: Shapes, marked: str) -> None:
    with pytest.raises(UserError):
        chat.press(visit(session, act="say", value="Lose this", marked=marked))
    assert session.calls == []


# --- a training towards a goal -----------------------------------------------------------------------------


def lines(figures: list[dict[str, float]]) -> list[dict[str, str | None]]:
    return [given for tag, given in Tags(plot(figures)).elements if tag == "path" and "line" in (given["class"] or "")]


def test_a_plot_has_a_line_for_each_figure_and_says_it_in_words() -> None:
    figures = [{"diversity": 0.9, "score": 0.31}, {"diversity": 0.8, "score": 0.5}, {"diversity": 0.7, "score": 0.62}]
    tags = Tags(plot(figures))
    picture = next(given for tag, given in tags.elements if tag == "svg")
    assert picture["aria-label"] == "score 0.31 to 0.62, diversity 0.90 to 0.70, in 3 steps"
    assert picture["role"] == "img" and "score 0.62" in tags.text
    score, diversity = lines(figures)
    heights = [float(point.split()[1]) for point in (score["d"] or "")[1:].split("L")]
    assert heights == sorted(heights, reverse=True), "what rises goes up"
    assert score["class"] != diversity["class"]


def test_what_a_step_does_not_tell_is_a_gap_and_never_zero() -> None:
    figures = [{"score": 0.5}, {"score": 0.5, "valid": 1.0}, {"score": math.nan}, {}, {"score": 0.5}]
    path = lines(figures)[0]["d"] or ""
    assert path.count("M") == 2 and len({point.split()[1] for point in path[1:].replace("M", "L").split("L")}) == 1


def test_a_step_that_is_told_several_times_is_one_step() -> None:
    steps = [{"score": 0.2}, {"score": 0.4}]
    assert plot([steps[0]] * 3 + [steps[1]] * 2) == plot(steps)


def test_a_plot_of_one_step_is_a_dot_and_of_many_no_larger() -> None:
    assert "dot" in (lines([{"score": 0.5}])[0]["class"] or "")
    many = [{"score": n / 9999} for n in range(10_000)]
    path = lines(many)[0]["d"] or ""
    assert path.count("L") <= 200 and path.endswith("554.0 6.0"), "the newest step is always there"
    assert plot([]) == plot([{}]) == ""


def test_figures_beyond_their_scale_stay_in_the_plot_and_names_are_escaped() -> None:
    tags = Tags(plot([{EVIL: 7.0}, {EVIL: -1.0}]))
    assert {"img", "script"}.isdisjoint(tag for tag, _ in tags.elements)
    assert "<img src=x onerror=alert(1)>" in tags.text
    assert lines([{"a": 7.0}, {"a": -1.0}])[0]["d"] == "M6.0 6.0L554.0 114.0"


def test_a_training_that_tells_figures_is_drawn_and_one_that_does_not_is_a_bar() -> None:
    running = Progress(job="j", state="running", progress=0.4, text="learning")
    assert "<svg" not in draw.progress(running)
    told = running.model_copy(update={"figures": ({"score": 0.5},), "text": "learning: score 0.50"})
    assert Tags(draw.progress(told)).text.count("score") == 1, "in the plot"
    assert chat._told(running) != chat._told(running.model_copy(update={"figures": ({"score": 0.5},)}))


def report() -> Report:
    return Report(
        live=False, why="a guard is broken", metric="score", before=0.31, after=0.62, checked=24,
        measures=(
            Measure(name="QED", before=0.74, after=0.52, bound="falls by 0.05 at most", broken=True),
            Measure(name="molecular weight", before=312.2, after=math.nan),
        ),
        changed=(Changed(example_id="CCO", input="CCO", before="9th of 12 (0.31)", after="1st (0.90)"),),
    )  # fmt: skip


def test_a_report_with_measures_shows_them_before_and_now_with_what_is_broken() -> None:
    tags = Tags(changes("v2", report(), "<p>a histogram</p>"))
    rows = [given for tag, given in tags.elements if tag == "tr"]
    assert [row.get("class") for row in rows] == [None, "bad", None]
    assert all(
        words in tags.text
        for words in ("QED", "0.74", "0.52", "falls by 0.05 at most broken", "312", "–", "a histogram", "ranked anew")
    )
    assert "9th of 12 (0.31) → 1st (0.90)" in tags.text and "CCO" in tags.text


def test_a_report_without_measures_has_no_table_of_them() -> None:
    plain = Report(live=True, why="", measures=(), changed=())
    assert "<table" not in changes("v1", plain) and "No earlier answer changed" in changes("v1", plain)


def test_versions_say_the_worth_of_what_they_make_and_no_share_of_examples() -> None:
    text = Tags(versions.draw([version(report=report())])).text
    assert "0.31 → 0.62" in text and "held-out" not in text and "1 of 24 moved" in text


def test_what_is_wanted_stands_above_what_was_learned() -> None:
    assert "wanted" not in learned.draw("words", "")
    picture = learned.draw("some *words*", "<svg><title>a curve</title></svg>")
    assert picture.index("a curve") < picture.index("<em>words</em>")

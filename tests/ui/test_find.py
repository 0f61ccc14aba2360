"""The tabs Find and Cost: what the data says is text, boxes are named, charts are told in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.etree import ElementTree

from assistant.cost import Day, Sheet, Step
from assistant.pool.find import Hit, Reach
from ui.chart import bars, line
from ui.views import cost, find

EVIL = '<img src=x onerror="alert(1)">'
ALL = Reach(read=10, total=10, few=True)
ASKED = {"text": EVIL, "by": "meaning", "unsaid": False}


def test_what_was_found_is_text_with_a_box_each() -> None:
    hits = [Hit(id="a", text=EVIL, score=0.71, said="bug"), Hit(id="b", text="x" * 999, label="wish", heldout=True)]
    drawn = find.draw(hits, ("bug", "wish"), ALL, ASKED)
    assert "<img" not in drawn and drawn.count('type="checkbox"') == 2 and drawn.count(" disabled>") == 1
    assert "0.71" in drawn and "held out" in drawn and "…" in drawn and 'role="status"' in drawn
    assert drawn.count("<label>") == 2 and "data-picks" in drawn and "Undo" in drawn
    assert "Nothing for" in find.draw([], (), ALL, ASKED)


def test_what_was_not_read_yet_is_said_with_a_way_to_mend_it() -> None:
    assert find.draw_reach(ALL) == '<div class="page"></div>'
    drawn = find.draw_reach(Reach(read=4096, total=1_000_000, few=False))
    assert "4,096 of 1,000,000" in drawn and 'data-act="read"' in drawn
    running = find.draw_reach(Reach(read=4096, total=1_000_000, few=False, job="read 8,192 texts"))
    assert "read 8,192 texts" in running and "<button" not in running


def test_the_browser_may_send_anything_as_ids() -> None:
    assert find._picks(["a", "b", "a"]) == ["a", "b"]
    assert find._picks(None) == find._picks([1]) == find._picks("ab") == []


SHEET = Sheet(
    minutes={EVIL: 3.5}, feedback=4, compute_seconds=12.0, gain=0.1, gain_per_minute=2.857, money=None,
    money_per_100=None, parsers=(), waiting=1, unlearned=2, jobs=0,
    days=(Day(day=date(2026, 1, 5), minutes=3.5, labels=4),),
    steps=(Step(version="v1", at=datetime(2026, 1, 5, tzinfo=UTC), live=True, seconds=12.0, minutes=3.5, feedback=4,
                gain=0.1, per_minute=2.857),),
)  # fmt: skip


def test_the_cost_is_drawn_and_what_is_not_known_is_a_dash() -> None:
    drawn = cost.draw(SHEET)
    assert "<img" not in drawn and "+10.0 points" in drawn and "2.86" in drawn and "<dd>–</dd>" in drawn
    assert drawn.count('role="img"') == 3 and "scope=" in drawn


def test_files_of_it_are_tables_and_charts_that_need_nothing_else() -> None:
    files = cost.files(SHEET)
    assert set(files) == {"days.csv", "versions.csv", "parsers.csv", "volume.svg", "minutes.svg", "gain.svg"}
    assert files["days.csv"].splitlines() == ["day,minutes,labels,preferences,constraints", "2026-01-05,3.5,4,0,0"]
    for name, text in files.items():
        if name.endswith(".svg"):
            assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"


def test_charts_tell_in_words_what_they_draw_and_leave_gaps() -> None:
    drawn = bars("Said", ["Mon", EVIL], {"labels": [2, 1], "rules": [0, 3], "none": [0, 0]})
    assert drawn.count("<rect") == 3 + 2 and "Mon 2.00" in drawn and "<img" not in drawn
    drawn = line("Gain", ["v1", "v2", "v3"], [1.0, None, -2.0])
    assert drawn.count("<circle") == 2 and "v2 not known" in drawn
    assert "nothing yet" in line("Gain", [], []) and "nothing yet" in bars("Said", [], {})

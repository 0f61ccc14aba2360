"""Whatever a person types, a reading is valid and executable, and speaks only of what is there."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.parsers import Parser, parser
from assistant.types import Context, Critique, OnScreen, Property, Reading, Vocabulary

LABELS = ("spam", "order", "complaint", "other")
SAID = """
    not spam order complaint other because money #1 #2 #7 2 3 the rest both all never always if when
    it's undo next 'free iphone' " ' , . : ? ! > = -> less more than two words replace by delete merge
    labels are and or first last A B C is isn't yes no wrong broken parcel contains length 👍
"""
WORDS = st.sampled_from(SAID.split())
TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(WORDS, max_size=14).map(" ".join),
    st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=10).map(" ".join),
)
OUTPUTS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.text(max_size=40), st.just("My parcel arrived broken, I want my money back")),
        st.one_of(st.sampled_from(LABELS), st.just("Our office opens at 9."), st.none()),
    ),
    max_size=3,
)
LOADED: list[Parser] = []


def embedded() -> Parser:
    if not LOADED:
        LOADED.append(parser.get("embedded")())
    return LOADED[0]


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS, outputs=OUTPUTS, labels=st.sampled_from([LABELS, ("1", "2", "3"), ()]))
def test_any_words_give_a_reading_that_can_be_carried_out(
    text: str, outputs: list[tuple[str | None, str | None]], labels: tuple[str, ...]
) -> None:
    screen = tuple(OnScreen(id=f"#{i}", input=a, value=b) for i, (a, b) in enumerate(outputs, start=1))
    properties = (Property(name="length.words"), Property(name="contains"))
    context = Context(vocabulary=Vocabulary(labels=labels, properties=properties), outputs=screen)
    reading = embedded()(Critique(conversation="c", author="a", text=text, context=context))
    assert Reading.model_validate_json(reading.model_dump_json()) == reading
    assert reading.acts
    allowed = {output.id for output in screen} | {"all"}
    for act in reading.acts:
        assert set(act.targets) <= allowed
        if act.label:
            assert act.label.value in {*labels, None} and set(act.label.candidates) <= set(labels)
            assert act.targets
        if act.constraint and act.constraint.property == "label":
            assert act.constraint.value in labels
        if act.preference:
            ranked = [id for tier in act.preference.order for id in tier]
            assert set(ranked) <= allowed and len(ranked) == len(set(ranked))
        there = [t for o in screen if o.id in act.targets for t in (o.input, o.value) if t]
        for spot in act.evidence:
            assert any(spot.text in text for text in there)

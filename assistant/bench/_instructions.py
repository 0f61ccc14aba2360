"""The 25 verifiable instructions of IFEval (Zhou et al. 2023, arXiv 2311.07911), as somebody says them in a chat.

>>> INSTRUCTIONS["length_constraints:number_sentences"].said
'never more than two sentences'

What each means is written here beside its words, so that a rule that is misread counts as one that is not obeyed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from assistant.texts.obey import holds
from assistant.types import ConstraintAct, Operator

__all__ = ["INSTRUCTIONS", "Instruction"]


class Instruction(NamedTuple):
    """`said` in the chat, and the check that it stands for."""

    said: str
    property: str
    operator: Operator
    value: Any

    def obeyed(self, text: str, asked: str) -> bool:
        """Whether the text, an answer to what was asked, is as was said."""
        meant = ConstraintAct(
            property=self.property, operator=self.operator, value=self.value, strength="must", scope="task"
        )
        return holds(meant, text, asked) is True


INSTRUCTIONS = {
    "keywords:existence": Instruction('always use the word "welcome"', "contains", "contains", "welcome"),
    "keywords:frequency": Instruction('use the word "please" at least twice', "count.word", "ge", ("please", 2)),
    "keywords:forbidden_words": Instruction('never use the word "sorry"', "contains", "not_contains", "sorry"),
    "keywords:letter_frequency": Instruction('the letter "e" at most 12 times', "count.letter", "le", ("e", 12)),
    "language:response_language": Instruction("always answer in English", "language", "eq", "English"),
    "length_constraints:number_sentences": Instruction("never more than two sentences", "length.sentences", "le", 2),
    "length_constraints:number_words": Instruction("at most 15 words", "length.words", "le", 15),
    "length_constraints:number_paragraphs": Instruction("write exactly two paragraphs", "length.paragraphs", "eq", 2),
    "length_constraints:nth_paragraph_first_word": Instruction(
        'the first paragraph must start with the word "Hello"', "paragraph.start", "contains", "1: Hello"
    ),
    "detectable_content:number_placeholders": Instruction(
        "at least one placeholder in square brackets", "count.placeholders", "ge", 1
    ),
    "detectable_content:postscript": Instruction("end with a postscript", "format.postscript", "eq", True),
    "detectable_format:number_bullet_lists": Instruction("write it as a bulleted list", "format.bullets", "eq", True),
    "detectable_format:constrained_response": Instruction(
        'answer only with "yes", "no" or "maybe"', "options", "contains", ("yes", "no", "maybe")
    ),
    "detectable_format:number_highlighted_sections": Instruction(
        "highlight at least one part with asterisks", "count.highlights", "ge", 1
    ),
    "detectable_format:multiple_sections": Instruction("at least two sections", "count.sections", "ge", 2),
    "detectable_format:json_format": Instruction("answer in JSON", "format.json", "eq", True),
    "detectable_format:title": Instruction("give every answer a title", "format.title", "eq", True),
    "combination:two_responses": Instruction("give two different answers", "format.two_answers", "eq", True),
    "combination:repeat_prompt": Instruction("repeat the question first", "question.repeated", "eq", True),
    "startend:end_checker": Instruction('always end with "See you soon."', "end", "contains", "See you soon."),
    "startend:quotation": Instruction("put the whole answer in quotation marks", "format.quoted", "eq", True),
    "change_case:capital_word_frequency": Instruction("at least two words in capitals", "count.capitals", "ge", 2),
    "change_case:english_capital": Instruction("write everything in capitals", "case", "eq", "capitals"),
    "change_case:english_lowercase": Instruction("write everything in lower case", "case", "eq", "lower case"),
    "punctuation:no_comma": Instruction("no commas", "count.commas", "eq", 0),
}

"""Which language a text is in, by byte n-grams (langid.py: Lui & Baldwin 2012, ACL demos), without network.

>>> language("Unser Büro öffnet morgens um neun Uhr.")
'German'
>>> language("OK.") is None                        # too little to tell
True

The identifier tells among the languages listed here. Below a posterior of 0.6 or of fewer than three words (ten signs
of a script without spaces) nothing is said: short texts are where it errs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assistant._words import UNSPACED
from assistant.texts.segment import words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = ["LANGUAGES", "language"]

SURE = 0.6
CODES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "ga": "Irish", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil",
    "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
OWN = {
    "de": "deutsch", "fr": "français", "es": "español", "it": "italiano", "pt": "português", "nl": "nederlands",
    "pl": "polski", "tr": "türkçe", "sv": "svenska", "da": "dansk", "fi": "suomi", "cs": "čeština", "ru": "русский",
    "zh": "mandarin", "ja": "日本語", "en": "british english",
}  # fmt: skip
LANGUAGES: dict[str, tuple[str, ...]] = {
    name: tuple(word for word in (code, OWN.get(code, "")) if word) for code, name in CODES.items()
}
"""The languages, with other words for each."""


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    made = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    made.set_languages(list(CODES))
    return made


@lru_cache(maxsize=4096)
def language(text: str) -> str | None:
    """The language by its English name; None: too short, or too much like another."""
    least = 10 if UNSPACED.search(text) else 3
    if len(words(text)) < least:
        return None
    code, probability = _identifier().classify(text)
    return CODES[code] if probability >= SURE else None

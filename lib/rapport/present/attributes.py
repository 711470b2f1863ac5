"""Names of a unit's own, of the attributes of its questionnaires, in both languages."""

from __future__ import annotations

from rapport.present.labels import LANGUAGES, has_label, label
from rapport.present.translated import Translated


def name_attribute(attribute: str) -> Translated:
    """Name an attribute of a questionnaire: a word of ours, or its column's name.

    Examples
    --------
    >>> name_attribute("s_delivery").words("zh"), str(name_attribute("s_gift_wrap"))
    ('配送', 'Gift wrap')
    """
    own = attribute.removeprefix("s_").replace("_", " ").capitalize()
    return translate(own, f"attribute.{attribute}")


def translate(own: str, *identities: str) -> Translated:
    """Give the first of these labels that there is, else the unit's own word in both languages."""
    known = next((identity for identity in identities if has_label(identity)), None)
    words = {lang: label(known, lang) if known else own for lang in LANGUAGES}
    # Words such as "other" stand in the middle of sentences elsewhere.
    return Translated({lang: text[:1].upper() + text[1:] for lang, text in words.items()})

"""Headlines stay short whatever stands in them: two lines of a page, three of a telephone."""

import re
import unicodedata

import pytest
import yaml

from rapport.assets.files import locale_paths

MOST = {"en": 70, "zh": 40}
# What stands in a slot at its longest, as Latin letters count: "September", "three tenths",
# "30 September", "CN¥12.34m", "1,234,567 customers". A campaign has the name that its unit gives.
LONGEST = {
    "period:short": 9, "previous:short": 9, "as_of:short": 11, "month": 14, "net:headline": 8,
    "net:headline abs": 8, "clv:headline": 9, "driver_share:tenths": 12, "return_last:tenths": 12,
    "net_change:abs whole": 3, "time_second:unit": 7, "horizon:unit": 9, "rfm_days:unit": 8,
    "n:unit": 15, "baskets:unit": 13, "contracts:unit": 15, "visitors:unit": 16,
    "customers:unit": 17, "ended": 6, "active": 6, "orders": 9, "rules": 6, "pairs_possible": 9,
    "min_count": 2, "change:abs": 3,
    "return_first:whole": 3, "best_share:whole": 3, "best_spend_share:whole": 3,
    "driver_share:whole": 4, "nps": 4, "year_nps": 4, "name": 16, "kept_share": 5,
}  # fmt: skip
SHARE = 5
"""Of "20.4%", for any other slot."""


def list_headlines():
    found = []
    for path in locale_paths("sentences"):
        for name, template in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if name.endswith(".headline"):
                cases = template.get("cases", {"": template})
                found += [(f"{name} {case}", words) for case, words in cases.items()]
    return found


def count(text, language):
    """Count Latin letters, or Chinese characters of which two Latin letters are one."""
    slots = re.findall(r"\{([^}]*)\}", text)
    room = sum(LONGEST.get(slot, SHARE) for slot in slots)
    rest = re.sub(r"\{[^}]*\}|\|", "", text)
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in rest)
    letters = room + len(rest) - wide
    return letters + wide if language == "en" else wide + letters / 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_headline_is_longer_than_its_lines(language):
    headlines = list_headlines()
    assert len(headlines) > 60

    too_long = {
        name: count(words[language], language)
        for name, words in headlines
        if count(words[language], language) > MOST[language]
    }

    assert too_long == {}

"""`sample-people`: customer records of three channels, and who they truly are.

Files, in the unit's folder:

- `members.csv` (GB18030; source `crm`): 会员号, 姓名, 手机, 邮箱, 出生日期, 城市, 注册日期
- `mini_program.csv` (UTF-8; source `app`): openid, member, name, phone, email, birth, city,
  created; `member` is the 会员号 that a customer has bound, where one has
- `store_cards.csv` (UTF-8; source `store`): 卡号, 姓, 名, 电话, 生日, 城市, 开卡日期
- `orders-2026-04.csv`, `-05`, `-06` (UTF-8): order, at, source, customer, kind, amount, refund of;
  `customer` is the number that `source` uses
- `_persons.csv` (UTF-8), the truth: one row per record of the first three files, with columns
  `source` (crm, app, store), `source_id` (会员号, openid or 卡号, as in the file) and `person`
  (`P00001`): two records are a true pair exactly if their `person` is the same
- `_truth.json`: how many of each noise were planted

Nothing but tests and benchmarks reads the last two. One person has one to four records, sometimes
two in one file. Of the records some lack a phone, e-mail or birth date, spell a phone otherwise,
hold a character of the name that sounds the same, day and month of birth swapped, or, on store
cards, family and given name swapped. Families share a phone; a number given up by one person is
later another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rapport.ingest.sample.days import day, spell_dates
from rapport.ingest.sample.draws import Ints, Key, draw_below, draw_chance, draw_order
from rapport.ingest.sample.files import Sheet, read_words, take
from rapport.ingest.sample.people import draw_places, spell_chinese, spell_mails
from rapport.ingest.sample.persons_orders import make_orders

SOURCES = ("crm", "app", "store")
FORMS = ("M{:06d}", "wx{:08d}", "K{:07d}")
HAS_PPM = (750_000, 600_000, 500_000)
TWICE_PPM = 50_000  # of members registered once more under another number
FAMILY_PPM, RECYCLED_PPM = 80_000, 30_000
NO_PHONE_PPM, OTHER_PHONE_PPM = 60_000, 40_000
NO_MAIL_PPM, SHOUTED_PPM = 350_000, 100_000
NO_BIRTH_PPM, TURNED_PPM = 80_000, 30_000
SOUND_PPM, SWAPPED_PPM, BOUND_PPM = 30_000, 50_000, 400_000
# Characters that people write for one another because they sound the same.
SOUNDS = {
    "张": "章", "王": "汪", "徐": "许", "吴": "武", "杨": "羊", "闫": "阎", "萧": "肖", "冯": "封",
    "伟": "玮", "芳": "方", "静": "靖", "洋": "阳", "敏": "闵", "杰": "洁", "佳": "嘉", "欣": "心",
    "晨": "辰", "诗": "施", "志": "智", "海": "亥", "雪": "学", "建": "健",
}  # fmt: skip
FIRST, LAST = "2023-01-01", "2026-06-20"


def make_people(key: Key, *, n_customers: int) -> tuple[list[Sheet], dict[str, Any]]:
    """Make the sheets of `n_customers` true persons, and the truth about them."""
    words = read_words("mall")
    persons = _draw_persons(key.of("persons"), words, n_customers)
    records = _draw_records(key.of("records"), persons)
    told, noise = _tell(key.of("noise"), persons, records)
    orders, planted = make_orders(key.of("orders"), told)
    sheets = [_members(told), _mini_program(key.of("bound"), told), _store_cards(told)]
    pairs = told["person"].value_counts()
    truth = {
        "records": len(told), "true_pairs": int((pairs * (pairs - 1) // 2).sum()),
        **noise, **planted,
    }  # fmt: skip
    return [*sheets, *orders, _truth(told)], truth


def _draw_persons(key: Key, words: Mapping[str, Any], n: int) -> pd.DataFrame:
    """Draw one row per person: names, birth, city, own number, and whose number they tell."""
    birth = day("1950-01-01") + draw_below(key.of("birth"), 57 * 365, n)
    persons = pd.DataFrame(
        {
            "family": take(words["family"], draw_below(key.of("family"), len(words["family"]), n)),
            "given": take(words["given"], draw_below(key.of("given"), len(words["given"]), n)),
            "birth": birth,
            "city": [city for _, city in draw_places(key.of("place"), words, n)],
            "phone": np.arange(n),
        }
    )
    # Whoever is of a family tells the number of the one before, and lives in the same city.
    shares = draw_chance(key.of("home"), FAMILY_PPM, n)
    shares[0] = False
    head = np.maximum.accumulate(np.where(shares, 0, np.arange(n)))
    city = persons["city"].to_numpy()[head]
    return persons.assign(shares=shares, home=head, city=city)


def _draw_records(key: Key, persons: pd.DataFrame) -> pd.DataFrame:
    """Draw one row per record: person, source, day; every person has one at least."""
    n = len(persons)
    has = np.stack([draw_chance(key.of(s), p, n) for s, p in zip(SOURCES, HAS_PPM, strict=True)])
    has[0] |= ~has.any(axis=0)
    source, person = np.nonzero(has)
    twice = np.flatnonzero(has[0] & draw_chance(key.of("twice"), TWICE_PPM, n))
    person = np.concatenate([person, twice])
    source = np.concatenate([source, np.zeros(len(twice), dtype=np.int64)])
    span = day(LAST) - day(FIRST)
    created = day(FIRST) + draw_below(key.of("day"), span, len(person))
    records = pd.DataFrame({"person": person, "source": source, "created": created})
    # The order of a file says nothing of who is who.
    return records.iloc[draw_order(key.of("order"), len(records))].reset_index(drop=True)


def _tell(
    key: Key, persons: pd.DataFrame, records: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give each record what its person told, with the noise; and how much of it there is."""
    told = records.join(persons, on="person").assign(no=records.groupby("source").cumcount() + 1)
    told, names = _blur_names(key.of("names"), told)
    told, phones = _blur_phones(key.of("phones"), told, len(persons))
    told, rest = _blur_rest(key.of("rest"), told)
    return told, {**names, **phones, **rest}


def _blur_names(key: Key, told: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    n = len(told)
    family, given = told["family"].tolist(), told["given"].tolist()
    sounds = draw_chance(key.of("sound"), SOUND_PPM, n).tolist()
    swaps = draw_chance(key.of("swap"), SWAPPED_PPM, n) & (told["source"] == 2).to_numpy()
    n_sounds = 0
    for i in range(n):
        if sounds[i]:
            heard = _mishear(family[i], given[i])
            n_sounds += heard != (family[i], given[i])
            family[i], given[i] = heard
        if swaps[i]:
            family[i], given[i] = given[i], family[i]
    counts = {"names_by_sound": n_sounds, "names_swapped": int(swaps.sum())}
    return told.assign(family=family, given=given), counts


def _mishear(family: str, given: str) -> tuple[str, str]:
    for old, new in SOUNDS.items():
        if old in given:
            return family, given.replace(old, new, 1)
    return SOUNDS.get(family, family), given


def _blur_phones(key: Key, told: pd.DataFrame, n: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """Share numbers in families, recycle some, change some, leave some out (below 0)."""
    size = len(told)
    other = draw_chance(key.of("other"), OTHER_PHONE_PPM, size)
    own = np.where(told["shares"], told["home"], told["person"])
    numbers = np.where(other, 2 * n + np.arange(size), own)
    # The first record of some tells a number that was another's later: the stranger's own.
    given_up = draw_chance(key.of("given up"), RECYCLED_PPM, n)
    first = told.groupby("person")["created"].transform("min").to_numpy() == told["created"]
    several = told.groupby("person")["created"].transform("size").to_numpy() > 1
    recycled = given_up[told["person"].to_numpy()] & first & several
    stranger = (told["person"].to_numpy() + n // 2 + 1) % n
    numbers = np.where(recycled, stranger, numbers)
    numbers[draw_chance(key.of("none"), NO_PHONE_PPM, size)] = -1
    counts = {
        "records_with_family_phone": int((told["shares"].to_numpy() & (numbers >= 0)).sum()),
        "numbers_recycled": int(recycled.sum()), "phones_changed": int(other.sum()),
        "phones_missing": int((numbers < 0).sum()),
    }  # fmt: skip
    return told.assign(phone=numbers), counts


def _blur_rest(key: Key, told: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    n = len(told)
    mails = spell_mails(told["person"].to_numpy())
    loud = draw_chance(key.of("loud"), SHOUTED_PPM, n).tolist()
    none = draw_chance(key.of("no mail"), NO_MAIL_PPM, n).tolist()
    spelled = [
        "" if no else mail.upper() if shouts else mail
        for mail, shouts, no in zip(mails, loud, none, strict=True)
    ]
    born = spell_dates(told["birth"].to_numpy())
    turned = draw_chance(key.of("turned"), TURNED_PPM, n).tolist()
    unborn = draw_chance(key.of("no birth"), NO_BIRTH_PPM, n).tolist()
    births = [
        "" if no else _turn(text) if turns else text
        for text, turns, no in zip(born, turned, unborn, strict=True)
    ]
    n_turned = sum(b not in ("", text) for b, text in zip(births, born, strict=True))
    counts = {"mails_missing": sum(none), "births_missing": sum(unborn), "births_turned": n_turned}
    return told.assign(mail=spelled, born=births), counts


def _turn(text: str) -> str:
    year, month, date = text.split("-")
    return f"{year}-{date}-{month}" if int(date) <= 12 else text


def _spell_phones(numbers: Ints) -> list[str]:
    # Numbers of neighbours are far apart; how one is spelled changes from record to record.
    spelled = spell_chinese(np.maximum(numbers, 0) * 7_919 + 350_207, np.arange(len(numbers)))
    return [text if number >= 0 else "" for text, number in zip(spelled, numbers, strict=True)]


def _numbers(rows: pd.DataFrame) -> list[str]:
    form = FORMS[int(rows["source"].iloc[0])] if len(rows) else ""
    return [form.format(number) for number in rows["no"].tolist()]


def _of(told: pd.DataFrame, source: str) -> pd.DataFrame:
    return told[told["source"] == SOURCES.index(source)]


def _members(told: pd.DataFrame) -> Sheet:
    rows = _of(told, "crm")
    columns = [
        _numbers(rows), (rows["family"] + rows["given"]).tolist(),
        _spell_phones(rows["phone"].to_numpy()), rows["mail"].tolist(), rows["born"].tolist(),
        rows["city"].tolist(), spell_dates(rows["created"].to_numpy()),
    ]  # fmt: skip
    heads = "会员号|姓名|手机|邮箱|出生日期|城市|注册日期"
    return Sheet.of("members.csv", heads, columns, encoding="gb18030")


def _mini_program(key: Key, told: pd.DataFrame) -> Sheet:
    rows = _of(told, "app")
    member = _of(told, "crm").drop_duplicates("person").set_index("person")["no"]
    bound = draw_chance(key, BOUND_PPM, len(rows))
    no = member.reindex(rows["person"]).fillna(0).astype("int64").to_numpy()
    columns = [
        _numbers(rows),
        [FORMS[0].format(m) if m and b else "" for m, b in zip(no, bound, strict=True)],
        (rows["family"] + rows["given"]).tolist(), _spell_phones(rows["phone"].to_numpy()),
        rows["mail"].tolist(), rows["born"].tolist(), rows["city"].tolist(),
        spell_dates(rows["created"].to_numpy()),
    ]  # fmt: skip
    heads = "openid|member|name|phone|email|birth|city|created"
    return Sheet.of("mini_program.csv", heads, columns)


def _store_cards(told: pd.DataFrame) -> Sheet:
    rows = _of(told, "store")
    columns = [
        _numbers(rows), rows["family"].tolist(), rows["given"].tolist(),
        _spell_phones(rows["phone"].to_numpy()), rows["born"].tolist(), rows["city"].tolist(),
        spell_dates(rows["created"].to_numpy()),
    ]  # fmt: skip
    return Sheet.of("store_cards.csv", "卡号|姓|名|电话|生日|城市|开卡日期", columns)


def _truth(told: pd.DataFrame) -> Sheet:
    rows = told.sort_values(["source", "no"], kind="stable")
    source = rows["source"].tolist()
    columns = [
        [SOURCES[s] for s in source],
        [FORMS[s].format(no) for s, no in zip(source, rows["no"].tolist(), strict=True)],
        [f"P{person + 1:05d}" for person in rows["person"].tolist()],
    ]
    return Sheet.of("_persons.csv", "source|source_id|person", columns)

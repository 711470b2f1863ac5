"""`sample-people`: customer records of three channels, and who they truly are.

Files, in the unit's folder:

- `members.csv` (GB18030; source `crm`): 会员号, 姓名, 手机, 邮箱, 出生日期, 城市, 注册日期
- `mini_program.csv` (UTF-8; source `app`): openid, name, phone, email, birth, city, created
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

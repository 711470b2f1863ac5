-- one row per pair of items that enough baskets hold: how many, and how many of the later half
with counted as (
    select
        a.item_no as item_a,
        b.item_no as item_b,
        count(*) as n_ab,
        count(case when a.is_late = 1 then 1 end) as n_late,
        count(case when a.is_held = 0 then 1 end) as n_rest
    from basket_items as a
    inner join basket_items as b on a.basket_no = b.basket_no and a.item_no < b.item_no
    where a.n_items > 1 and b.n_items > 1
    group by a.item_no, b.item_no
)

select
    c.item_a,
    c.item_b,
    c.n_ab,
    c.n_late,
    c.n_rest
from counted as c
cross join settings as v
where c.n_ab >= v.min_pairs
order by c.item_a, c.item_b

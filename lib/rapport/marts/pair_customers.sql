-- one row per pair bought together more often than by chance: customers who did; a guest is one
with likely as (
    select
        c.item_a,
        c.item_b
    from pair_counts as c
    inner join pair_items as x on c.item_a = x.item_no
    inner join pair_items as y on c.item_b = y.item_no
    cross join basket_totals as t
    where c.n_ab * t.n_baskets > x.n_baskets * y.n_baskets
)

select
    l.item_a,
    l.item_b,
    count(distinct a.customer_key)
    + count(case when a.customer_key is null then 1 end) as n_customers
from likely as l
inner join basket_items as a on l.item_a = a.item_no
inner join basket_items as b on l.item_b = b.item_no and a.basket_no = b.basket_no
group by l.item_a, l.item_b
order by l.item_a, l.item_b

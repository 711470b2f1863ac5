-- one row per unit: its baskets, their sizes, and those left out as too large
with whole as (
    select
        basket_no,
        max(n_items) as n_items,
        max(customer_key) as customer_key,
        max(is_late) as is_late,
        max(is_held) as is_held
    from basket_items
    where basket_no is not null
    group by basket_no
),

totals as (
    select
        count(*) as n_baskets,
        count(case when n_items > 1 then 1 end) as n_of_two,
        count(customer_key) as n_identified,
        count(distinct customer_key) as n_customers,
        count(case when is_held = 1 then 1 end) as n_held,
        count(case when is_late = 1 then 1 end) as n_late,
        sum(n_items) as n_items,
        sum(n_items * (n_items - 1)) as n_places,
        sum(case when is_late = 1 then n_items end) as n_items_late,
        sum(case when is_late = 1 then n_items * (n_items - 1) end) as n_places_late
    from whole
),

large as (
    select
        count(*) as n_large,
        max(n_items) as n_items_largest
    from basket_items
    where basket_no is null
)

select
    t.n_baskets,
    t.n_of_two,
    t.n_identified,
    t.n_customers,
    t.n_held,
    t.n_late,
    t.n_items,
    t.n_places,
    t.n_items_late,
    t.n_places_late,
    g.n_large,
    g.n_items_largest
from totals as t
cross join large as g
order by t.n_baskets

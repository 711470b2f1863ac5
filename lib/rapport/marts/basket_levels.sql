-- one row per level of goods (product, categories), the finest first: its items, and which is taken
with sold as (
    select distinct
        l.order_key,
        l.product_id
    from order_lines as l
    inner join periods as w
        on w."window" = 'current' and (w.ends_on is null or l.ordered_on <= w.ends_on)
    left join products as p on l.product_id = p.product_id
    where
        l.kind = 'sale'
        and coalesce(l.status, 'completed') <> 'cancelled'
        and coalesce(l.quantity, 1) > 0
        and not coalesce(p.is_service, false)
),

items as (
    select
        1 as position,
        'product' as level,
        count(*) as n_baskets
    from sold
    group by product_id
    union all
    select
        2 as position,
        'category_3' as level,
        count(distinct s.order_key) as n_baskets
    from sold as s
    inner join products as p on s.product_id = p.product_id
    where p.category_3 is not null
    group by p.category_3
    union all
    select
        3 as position,
        'category_2' as level,
        count(distinct s.order_key) as n_baskets
    from sold as s
    inner join products as p on s.product_id = p.product_id
    where p.category_2 is not null
    group by p.category_2
    union all
    select
        4 as position,
        'category_1' as level,
        count(distinct s.order_key) as n_baskets
    from sold as s
    inner join products as p on s.product_id = p.product_id
    where p.category_1 is not null
    group by p.category_1
),

levels as (
    select
        position,
        level,
        count(*) as n_items,
        cast(median(n_baskets) as decimal(18, 1)) as median_baskets
    from items
    group by position, level
),

-- The finest level of which the usual item is in ten baskets; else the coarsest there is.
taken as (
    select
        v.basket_level,
        coalesce(
            min(case when l.median_baskets >= 10 then l.position end), max(l.position)
        ) as position
    from levels as l
    cross join settings as v
    group by v.basket_level
)

select
    l.position,
    l.level,
    l.n_items,
    l.median_baskets,
    (t.basket_level = 'auto' and t.position = l.position) or t.basket_level = l.level as is_taken
from levels as l
cross join taken as t
order by l.position

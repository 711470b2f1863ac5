-- one row per item, the most bought first: the baskets that hold it
with counted as (
    select
        item_no,
        item,
        count(*) as n_baskets,
        count(case when is_late = 1 then 1 end) as n_late,
        count(case when is_held = 0 then 1 end) as n_rest,
        count(case when is_recent = 1 then 1 end) as n_recent
    from basket_items
    where item_no is not null
    group by item_no, item
)

select
    c.item_no,
    c.item,
    coalesce(p.name, c.item) as name,
    case when t.level = 'product' then p.category_1 else c.item end as category,
    coalesce(p.withdrawn_on <= w.ends_on, false) as is_withdrawn,
    c.n_baskets,
    c.n_late,
    c.n_rest,
    c.n_recent
from counted as c
inner join basket_levels as t on t.is_taken
inner join periods as w on w."window" = 'current'
left join products as p on t.level = 'product' and c.item = p.product_id
order by c.item_no

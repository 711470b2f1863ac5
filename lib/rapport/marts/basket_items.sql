-- one row per basket and item in it; a basket of more items than the cap is one row without an item
with lines as (
    select
        l.order_id,
        l.order_key,
        l.customer_id,
        l.ordered_on,
        w.ends_on,
        case
            when t.level = 'product' then l.product_id
            when t.level = 'category_3' then p.category_3
            when t.level = 'category_2' then p.category_2
            else p.category_1
        end as item
    from order_lines as l
    inner join periods as w
        on w."window" = 'current' and (w.ends_on is null or l.ordered_on <= w.ends_on)
    inner join basket_levels as t on t.is_taken
    left join products as p on l.product_id = p.product_id
    where
        l.kind = 'sale'
        and coalesce(l.status, 'completed') <> 'cancelled'
        and coalesce(l.quantity, 1) > 0
        and not coalesce(p.is_service, false)
),

-- An item of several lines is in its basket once.
goods as (
    select
        order_id,
        item,
        min(order_key) as order_key,
        max(customer_id) as customer_id,
        min(ordered_on) as ordered_on,
        min(ends_on) as ends_on
    from lines
    where item is not null
    group by order_id, item
),

heads as (
    select
        order_id,
        min(order_key) as order_key,
        max(customer_id) as customer_id,
        min(ordered_on) as ordered_on,
        min(ends_on) as ends_on,
        count(*) as n_items
    from goods
    group by order_id
),

-- The key follows time, and the place in the files where no day is known.
baskets as (
    select
        h.order_id,
        h.ordered_on,
        h.ends_on,
        h.n_items,
        v.basket_days,
        k.order_key as customer_key,
        row_number() over (order by h.order_key, h.order_id) as basket_no
    from heads as h
    cross join settings as v
    left join customers as k on h.customer_id = k.customer_id
    where h.n_items <= v.basket_cap
),

placed as (
    select
        b.basket_no,
        g.item
    from goods as g
    inner join baskets as b on g.order_id = b.order_id
),

counts as (
    select
        count(*) as n_baskets,
        count(customer_key) as n_identified
    from baskets
),

-- Held out to test what would have been recommended: each customer's last basket, if there is
-- one before; of a unit that knows no customer, the last fifth of all baskets.
dated as (
    select
        b.*,
        count(*) over (partition by b.customer_key) as n_of_customer,
        max(b.basket_no) over (partition by b.customer_key) as last_no,
        max(b.ordered_on) over (partition by b.customer_key) as last_on
    from baskets as b
),

flagged as (
    select
        d.basket_no,
        d.n_items,
        d.customer_key,
        case when 2 * d.basket_no > c.n_baskets then 1 else 0 end as is_late,
        case
            when c.n_identified = 0 and 5 * d.basket_no > 4 * c.n_baskets then 1
            when d.customer_key is not null and d.n_of_customer > 1 and d.basket_no = d.last_no
                then 1
            else 0
        end as is_held,
        case
            when d.ends_on is null then 1
            when date_diff('day', d.ordered_on, d.ends_on) < d.basket_days then 1
            else 0
        end as is_recent,
        -- Known when the held basket was bought, and not too long ago.
        case
            when d.customer_key is null or d.basket_no = d.last_no then 0
            when d.ends_on is null then 1
            when date_diff('day', d.ordered_on, d.last_on) < d.basket_days then 1
            else 0
        end as is_before
    from dated as d
    cross join counts as c
),

ranked as (
    select
        item,
        row_number() over (order by count(*) desc, item) as item_no
    from placed
    group by item
),

rows_of as (
    select
        f.basket_no,
        r.item_no,
        g.item,
        f.n_items,
        f.customer_key,
        cast(f.is_late as bigint) as is_late,
        cast(f.is_held as bigint) as is_held,
        cast(f.is_recent as bigint) as is_recent,
        cast(f.is_before as bigint) as is_before
    from placed as g
    inner join flagged as f on g.basket_no = f.basket_no
    inner join ranked as r on g.item = r.item
    union all
    select
        cast(null as bigint) as basket_no,
        cast(null as bigint) as item_no,
        null as item,
        s.n_items,
        null as customer_key,
        cast(0 as bigint) as is_late,
        cast(0 as bigint) as is_held,
        cast(0 as bigint) as is_recent,
        cast(0 as bigint) as is_before
    from heads as s
    cross join settings as v
    where s.n_items > v.basket_cap
)

select
    basket_no,
    item_no,
    item,
    n_items,
    customer_key,
    is_late,
    is_held,
    is_recent,
    is_before
from rows_of
order by basket_no, item_no, n_items

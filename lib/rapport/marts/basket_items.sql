-- one row per basket and item in it; a basket of more items than the cap is one row without an item
with lines as (
    select
        l.order_key,
        l.customer_id,
        l.ordered_on,
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

-- From here on orders and items are numbers: to gather and sort texts took half as long again.
codes as (
    select
        item,
        row_number() over (order by item) as code
    from lines
    where item is not null
    group by item
),

coded as (
    select
        l.order_key,
        c.code,
        l.customer_id,
        l.ordered_on
    from lines as l
    inner join codes as c on l.item = c.item
),

-- An item of several lines is in its basket once.
goods as (
    select
        order_key,
        code
    from coded
    group by order_key, code
),

sizes as (
    select
        order_key,
        count(*) as n_items
    from goods
    group by order_key
),

heads as (
    select
        order_key,
        max(customer_id) as customer_id,
        min(ordered_on) as ordered_on
    from coded
    group by order_key
),

-- The key follows time, and the place in the files where no day is known.
baskets as (
    select
        h.order_key,
        h.ordered_on,
        s.n_items,
        k.order_key as customer_key,
        row_number() over (order by h.order_key) as basket_no
    from heads as h
    inner join sizes as s on h.order_key = s.order_key
    cross join settings as v
    left join customers as k on h.customer_id = k.customer_id
    where s.n_items <= v.basket_cap
),

counts as (
    select
        count(*) as n_baskets,
        count(customer_key) as n_identified
    from baskets
),

lasts as (
    select
        customer_key,
        count(*) as n_of_customer,
        max(basket_no) as last_no,
        max(ordered_on) as last_on
    from baskets
    where customer_key is not null
    group by customer_key
),

-- Held out to test what would have been recommended: each customer's last basket, if there is
-- one before; of a unit that knows no customer, the last fifth of all baskets.
flagged as (
    select
        d.order_key,
        d.basket_no,
        d.n_items,
        d.customer_key,
        case when 2 * d.basket_no > c.n_baskets then 1 else 0 end as is_late,
        case
            when c.n_identified = 0 and 5 * d.basket_no > 4 * c.n_baskets then 1
            when l.n_of_customer > 1 and d.basket_no = l.last_no then 1
            else 0
        end as is_held,
        case
            when w.ends_on is null then 1
            when date_diff('day', d.ordered_on, w.ends_on) < v.basket_days then 1
            else 0
        end as is_recent,
        -- Known when the held basket was bought, and not too long ago.
        case
            when d.customer_key is null or d.basket_no = l.last_no then 0
            when w.ends_on is null then 1
            when date_diff('day', d.ordered_on, l.last_on) < v.basket_days then 1
            else 0
        end as is_before
    from baskets as d
    cross join counts as c
    cross join settings as v
    inner join periods as w on w."window" = 'current'
    left join lasts as l on d.customer_key = l.customer_key
),

sold as (
    select
        g.code,
        count(*) as n
    from goods as g
    inner join baskets as b on g.order_key = b.order_key
    group by g.code
),

ranked as (
    select
        c.item,
        c.code,
        row_number() over (order by s.n desc, c.item) as item_no
    from sold as s
    inner join codes as c on s.code = c.code
),

rows_of as (
    select
        f.basket_no,
        r.item_no,
        r.item,
        f.n_items,
        f.customer_key,
        cast(f.is_late as bigint) as is_late,
        cast(f.is_held as bigint) as is_held,
        cast(f.is_recent as bigint) as is_recent,
        cast(f.is_before as bigint) as is_before
    from goods as g
    inner join flagged as f on g.order_key = f.order_key
    inner join ranked as r on g.code = r.code
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
    from sizes as s
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

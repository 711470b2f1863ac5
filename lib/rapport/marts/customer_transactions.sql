-- one row per customer who bought by the last day of the period: order days and amounts, in all and up to the cut
with customer_days as (
    -- Whole numbers as keys: grouping by the text of a pseudonym costs three times as much.
    select
        c.order_key as customer_key,
        o.ordered_on,
        max(case when o.kind = 'sale' then 1 else 0 end) as is_order_day,
        coalesce(sum(case when o.kind = 'sale' then o.amount end), 0) as gross,
        coalesce(sum(case when o.kind = 'return' then o.amount end), 0) as returns
    from orders as o
    inner join customers as c on o.customer_id = c.customer_id
    where coalesce(o.status, 'completed') <> 'cancelled'
    group by c.order_key, o.ordered_on
),

marked as (
    select
        d.customer_key,
        d.ordered_on,
        d.is_order_day,
        d.gross,
        d.returns,
        case when d.is_order_day = 1 then d.ordered_on end as bought_on,
        -- The first part of the days, at least twelve weeks of them. A day's number is compared
        -- with the share, and nothing is rounded: n <= y where n is at most the whole part of y.
        date_diff('day', s.data_from, d.ordered_on) + 1 <= 84
        or date_diff('day', s.data_from, d.ordered_on) + 1
        <= v.holdout_share * (date_diff('day', s.data_from, p.ends_on) + 1) as is_first_part,
        min(case when d.is_order_day = 1 then d.ordered_on end)
            over (partition by d.customer_key) as first_on
    from customer_days as d
    inner join periods as p on p."window" = 'current' and d.ordered_on <= p.ends_on
    cross join snapshot as s
    cross join settings as v
),

summed as (
    select
        customer_key,
        min(first_on) as first_ordered_on,
        max(bought_on) as last_ordered_on,
        sum(is_order_day) as n_order_days,
        sum(gross) as gross,
        sum(returns) as returns,
        sum(case when ordered_on = first_on then gross else 0 end) as first_gross,
        max(case when is_first_part then bought_on end) as cut_last_ordered_on,
        sum(case when is_first_part then is_order_day else 0 end) as cut_order_days,
        sum(case when is_first_part then gross else 0 end) as cut_gross,
        sum(case when is_first_part then returns else 0 end) as cut_returns
    from marked
    group by customer_key
)

select
    c.customer_id,
    c.order_key,
    m.first_ordered_on,
    m.last_ordered_on,
    cast(m.n_order_days as bigint) as n_order_days,
    m.gross,
    m.returns,
    m.first_gross,
    m.cut_last_ordered_on,
    cast(m.cut_order_days as bigint) as cut_order_days,
    m.cut_gross,
    m.cut_returns
from summed as m
inner join customers as c on m.customer_key = c.order_key
-- Who only gave back bought before the data begin: he has no history to learn from.
where m.n_order_days > 0
order by c.order_key

-- one row per customer who bought by the last day of the period: order days and amounts, in all and up to the cut
with marked as (
    select
        o.customer_key,
        o.ordered_on,
        o.gross,
        o.returns,
        o.day_rank,
        f.ordered_on as first_on,
        case when o.gross is not null then o.ordered_on end as bought_on,
        -- The first part of the days, at least twelve weeks of them. A day's number is compared
        -- with the share, and nothing is rounded: n <= y where n is at most the whole part of y.
        date_diff('day', s.data_from, o.ordered_on) + 1 <= 84
        or date_diff('day', s.data_from, o.ordered_on) + 1
        <= v.holdout_share * (date_diff('day', s.data_from, p.ends_on) + 1) as is_first_part
    from charged_orders as o
    inner join periods as p on p."window" = 'current' and o.ordered_on <= p.ends_on
    -- Who only gave back bought before the data begin: he has no history to learn from.
    inner join charged_orders as f
        on o.customer_key = f.customer_key and f.day_rank = 1 and f.ordered_on <= p.ends_on
    cross join snapshot as s
    cross join settings as v
),

summed as (
    select
        customer_key,
        min(first_on) as first_ordered_on,
        max(bought_on) as last_ordered_on,
        count(day_rank) as n_order_days,
        coalesce(sum(gross), 0) as gross,
        coalesce(sum(returns), 0) as returns,
        coalesce(sum(case when ordered_on = first_on then gross end), 0) as first_gross,
        max(case when is_first_part then bought_on end) as cut_last_ordered_on,
        count(case when is_first_part then day_rank end) as cut_order_days,
        coalesce(sum(case when is_first_part then gross end), 0) as cut_gross,
        coalesce(sum(case when is_first_part then returns end), 0) as cut_returns
    from marked
    group by customer_key
)

select
    c.customer_id,
    c.order_key,
    m.first_ordered_on,
    m.last_ordered_on,
    m.n_order_days,
    m.gross,
    m.returns,
    m.first_gross,
    m.cut_last_ordered_on,
    m.cut_order_days,
    m.cut_gross,
    m.cut_returns
from summed as m
inner join customers as c on m.customer_key = c.order_key
order by c.order_key

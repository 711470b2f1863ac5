-- one row per rank of an order (4 = fourth or later), days watched, and whether the next one came
with order_days as (
    select distinct customer_id, ordered_on
    from orders
    where
        kind = 'sale'
        and customer_id is not null
        and coalesce(status, 'completed') <> 'cancelled'
),

seen as (
    select
        d.customer_id,
        d.ordered_on,
        a.ends_on as as_of,
        row_number() over (partition by d.customer_id order by d.ordered_on) as rank_in_data,
        lead(d.ordered_on) over (partition by d.customer_id order by d.ordered_on) as next_on
    from order_days as d
    inner join periods as a on a."window" = 'current' and d.ordered_on <= a.ends_on
),

gaps as (
    select
        case when g.rank_in_data < 4 then g.rank_in_data else 4 end as order_rank,
        date_diff('day', g.ordered_on, coalesce(g.next_on, g.as_of)) as duration_days,
        g.next_on is not null as event_observed
    from seen as g
    -- The first order in the data need not be a customer's first: those of the first
    -- churn_after_days are left out, as they would pass for first, second or third orders.
    cross join snapshot as s
    cross join settings as v
    where date_diff('day', s.data_from, g.ordered_on) >= v.churn_after_days
)

select
    order_rank,
    duration_days,
    event_observed,
    count(*) as n
from gaps
-- An order of the last day has been watched for no day at all.
where duration_days > 0
group by order_rank, duration_days, event_observed
order by order_rank, duration_days, event_observed

-- one row per rank of an order (4 = fourth or later), days watched, and whether the next one came
with gaps as (
    select
        g.order_rank,
        date_diff(
            'day', g.ordered_on, case when g.next_on <= a.ends_on then g.next_on else a.ends_on end
        ) as duration_days,
        coalesce(g.next_on <= a.ends_on, false) as event_observed,
        g.n
    from order_spells as g
    inner join periods as a on a."window" = 'current' and g.ordered_on <= a.ends_on
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
    cast(sum(n) as bigint) as n
from gaps
-- An order of the last day has been watched for no day at all.
where duration_days > 0
group by order_rank, duration_days, event_observed
order by order_rank, duration_days, event_observed

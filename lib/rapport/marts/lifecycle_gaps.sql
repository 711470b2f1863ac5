-- one row per number of days to a customer's next order day, and whether it came by as_of
with order_days as (
    select distinct
        o.customer_id,
        o.ordered_on,
        a.ends_on as as_of
    from orders as o
    inner join periods as a on a."window" = 'current' and o.ordered_on <= a.ends_on
    where
        o.kind = 'sale'
        and o.customer_id is not null
        and coalesce(o.status, 'completed') <> 'cancelled'
),

seen as (
    select
        ordered_on,
        as_of,
        lead(ordered_on) over (partition by customer_id order by ordered_on) as next_on
    from order_days
),

gaps as (
    select
        date_diff('day', ordered_on, coalesce(next_on, as_of)) as duration_days,
        next_on is not null as event_observed
    from seen
)

select
    duration_days,
    event_observed,
    count(*) as n
from gaps
-- An order of the last day has been watched for no day at all.
where duration_days > 0
group by duration_days, event_observed
order by duration_days, event_observed

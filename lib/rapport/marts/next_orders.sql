-- one row per customer active two horizons ago: days to the next order, or watched without one
with days as (
    select
        b.ends_on as watched_from,
        a.ends_on as as_of,
        s.churn_after_days
    from periods as b
    inner join periods as a on b."window" = 'train' and a."window" = 'current'
    cross join settings as s
)

select
    c.customer_id,
    c.order_key,
    date_diff(
        'day', d.watched_from, case when o.next_on <= d.as_of then o.next_on else d.as_of end
    ) as duration_days,
    coalesce(o.next_on <= d.as_of, false) as event_observed
from charged_orders as o
-- Of a customer's order days the last by then alone has its next one after it.
inner join days as d
    on o.day_rank is not null
    and o.ordered_on <= d.watched_from
    and (o.next_on is null or o.next_on > d.watched_from)
    and date_diff('day', o.ordered_on, d.watched_from) < d.churn_after_days
inner join customers as c on o.customer_key = c.order_key
order by c.order_key

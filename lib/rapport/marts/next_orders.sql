-- one row per customer active two horizons ago: days to the next order, or watched without one
with bought as (
    select
        c.order_key,
        o.ordered_on
    from orders as o
    inner join customers as c on o.customer_id = c.customer_id
    where o.kind = 'sale' and coalesce(o.status, 'completed') <> 'cancelled'
),

days as (
    select
        b.ends_on as watched_from,
        a.ends_on as as_of,
        s.churn_after_days
    from periods as b
    inner join periods as a on b."window" = 'train' and a."window" = 'current'
    cross join settings as s
),

watched as (
    select
        o.order_key,
        min(d.watched_from) as watched_from,
        min(d.as_of) as as_of,
        max(case when o.ordered_on <= d.watched_from then o.ordered_on end) as last_on,
        min(case when o.ordered_on > d.watched_from then o.ordered_on end) as next_on
    from bought as o
    inner join days as d on o.ordered_on <= d.as_of
    group by o.order_key
    having
        date_diff(
            'day',
            max(case when o.ordered_on <= d.watched_from then o.ordered_on end),
            min(d.watched_from)
        ) < min(d.churn_after_days)
)

select
    c.customer_id,
    c.order_key,
    date_diff('day', w.watched_from, coalesce(w.next_on, w.as_of)) as duration_days,
    w.next_on is not null as event_observed
from watched as w
inner join customers as c on w.order_key = c.order_key
order by c.order_key

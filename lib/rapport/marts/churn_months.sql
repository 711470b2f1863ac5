-- one row per window: customers not churned before it, and how many of them had churned at its end
with order_days as (
    select distinct customer_id, ordered_on
    from orders
    where
        kind = 'sale'
        and customer_id is not null
        and coalesce(status, 'completed') <> 'cancelled'
),

last_days as (
    select
        p."window",
        d.customer_id,
        max(case when d.ordered_on < p.starts_on then d.ordered_on end) as last_before,
        max(d.ordered_on) as last_by_end
    from periods as p
    inner join order_days as d on d.ordered_on <= p.ends_on
    group by p."window", d.customer_id
),

judged as (
    select
        d."window",
        d.customer_id,
        -- The day before the window is its start: 1 less than the days up to its first day.
        date_diff('day', d.last_before, p.starts_on) - 1 < v.churn_after_days as was_there,
        date_diff('day', d.last_by_end, p.ends_on) >= v.churn_after_days as is_churned
    from last_days as d
    inner join periods as p on d."window" = p."window"
    cross join settings as v
),

counted as (
    select
        "window",
        count(case when was_there then 1 end) as n_at_start,
        count(case when was_there and is_churned then 1 end) as n_churned
    from judged
    group by "window"
)

select
    p."window",
    p.position,
    p.period,
    p.starts_on,
    p.ends_on,
    p.is_whole,
    p.is_comparable,
    -- Nobody can be seen to churn in the first churn_after_days of the data.
    coalesce(date_diff('day', s.data_from, p.starts_on) >= v.churn_after_days, false)
        as is_observable,
    coalesce(c.n_at_start, 0) as n_at_start,
    coalesce(c.n_churned, 0) as n_churned
from periods as p
cross join snapshot as s
cross join settings as v
left join counted as c on p."window" = c."window"
order by p.position

-- one row per topic of tickets (_all: everybody, _any: any ticket) and whether the customer left since
with days as (
    select
        b.ends_on as cut_on,
        a.ends_on as as_of,
        s.churn_after_days
    from periods as b
    inner join periods as a on b."window" = 'test' and a."window" = 'current'
    cross join settings as s
),

-- Whoever was active a horizon ago: left is who has not ordered since.
active as (
    select
        c.customer_id,
        case when o.next_on <= d.as_of then 0 else 1 end as has_left
    from charged_orders as o
    inner join days as d
        on o.day_rank is not null
        and o.ordered_on <= d.cut_on
        and (o.next_on is null or o.next_on > d.cut_on)
        and date_diff('day', o.ordered_on, d.cut_on) < d.churn_after_days
    inner join customers as c on o.customer_key = c.order_key
),

-- Both are asked about the same sixty days, all of them before the days in which they left or not.
asked as (
    select distinct
        a.customer_id,
        a.has_left,
        coalesce(i.ticket_topic, 'unknown') as topic
    from interactions as i
    inner join days as d
        on i.occurred_on <= d.cut_on and date_diff('day', i.occurred_on, d.cut_on) < 60
    inner join active as a on i.customer_id = a.customer_id
    where i.kind = 'ticket'
),

counted as (
    select
        '_all' as topic,
        has_left,
        count(*) as n_customers
    from active
    group by has_left
    union all
    select
        '_any' as topic,
        has_left,
        count(distinct customer_id) as n_customers
    from asked
    group by has_left
    union all
    select
        topic,
        has_left,
        count(*) as n_customers
    from asked
    group by topic, has_left
)

select
    topic,
    has_left,
    n_customers
from counted
order by topic, has_left

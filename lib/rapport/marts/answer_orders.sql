-- one row per customer: the last answer with ninety days watched on both sides, and the orders in them
with ranked as (
    select
        c.customer_id,
        c.order_key,
        s.nps,
        s.answered_on,
        row_number() over (
            partition by c.order_key
            order by s.answered_on desc, s.answered_at desc, s.survey_id desc
        ) as place
    from surveys as s
    inner join customers as c on s.customer_id = c.customer_id
    cross join snapshot as n
    inner join periods as p
        on p."window" = 'current'
        and date_diff('day', s.answered_on, p.ends_on) >= 90
        and date_diff('day', s.answered_on, p.ends_on) < 455
        and date_diff('day', n.data_from, s.answered_on) >= 90
    where s.nps is not null
),

answers as (
    select
        customer_id,
        order_key,
        nps,
        answered_on
    from ranked
    where place = 1
),

bought as (
    select
        a.order_key,
        count(case when o.kind = 'sale' and o.ordered_on <= a.answered_on then 1 end)
            as n_orders_before,
        count(case when o.kind = 'sale' and o.ordered_on > a.answered_on then 1 end)
            as n_orders_after,
        sum(case when o.ordered_on <= a.answered_on then o.amount else 0 end) as net_before,
        sum(case when o.ordered_on > a.answered_on then o.amount else 0 end) as net_after
    from answers as a
    inner join orders as o
        on a.customer_id = o.customer_id
        and date_diff('day', o.ordered_on, a.answered_on) < 90
        and date_diff('day', a.answered_on, o.ordered_on) <= 90
    where coalesce(o.status, 'completed') <> 'cancelled'
    group by a.order_key
)

select
    a.customer_id,
    a.order_key,
    a.nps,
    a.answered_on,
    coalesce(b.n_orders_before, 0) as n_orders_before,
    coalesce(b.n_orders_after, 0) as n_orders_after,
    coalesce(b.net_before, 0) as net_before,
    coalesce(b.net_after, 0) as net_after
from answers as a
left join bought as b on a.order_key = b.order_key
order by a.order_key

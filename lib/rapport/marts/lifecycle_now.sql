-- one row per customer: the stage at the last month end, with what was spent in twelve months
with spent as (
    select
        o.customer_id,
        coalesce(sum(o.amount), 0) as net_12m,
        coalesce(sum(case when o.kind = 'sale' then o.amount end), 0) as gross_12m
    from orders as o
    inner join periods as p
        on p."window" = 'current'
        and o.ordered_on <= p.ends_on
        and date_diff('day', o.ordered_on, p.ends_on) < 365
    where o.customer_id is not null and coalesce(o.status, 'completed') <> 'cancelled'
    group by o.customer_id
)

select
    r.kind,
    c.customer_id,
    r.order_key,
    r.last_month as month_no,
    r.stage,
    r.from_month,
    r.stage_before,
    coalesce(s.net_12m, 0) as net_12m,
    coalesce(s.gross_12m, 0) as gross_12m
from lifecycle_runs as r
inner join customers as c on r.order_key = c.order_key
left join spent as s on c.customer_id = s.customer_id
where r.until_month is null
order by r.kind, r.order_key

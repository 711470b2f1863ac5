-- one row per customer: the stage at the last month end, with what was spent in twelve months
with spent as (
    select
        o.customer_key,
        coalesce(sum(coalesce(o.gross, o.returns)), 0) as net_12m,
        coalesce(sum(o.gross), 0) as gross_12m
    from charged_orders as o
    inner join periods as p
        on p."window" = 'current'
        and o.ordered_on <= p.ends_on
        and date_diff('day', o.ordered_on, p.ends_on) < 365
    group by o.customer_key
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
left join spent as s on r.order_key = s.customer_key
where r.until_month is null
order by r.kind, r.order_key

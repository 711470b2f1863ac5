-- one row per window: what came in, from whom, on how many days
with charged as (
    select
        o.customer_id,
        o.kind,
        o.amount,
        -- An undated order belongs to the one window of an undated unit, which has no days either.
        coalesce(o.ordered_on, date '1900-01-01') as ordered_on
    from orders as o
    where coalesce(o.status, 'completed') <> 'cancelled'
),

spans as (
    select
        p."window",
        coalesce(p.starts_on, date '1900-01-01') as starts_on,
        coalesce(p.ends_on, date '1900-01-01') as ends_on
    from periods as p
),

days as (
    select
        ordered_on,
        sum(amount) as net,
        sum(case when kind = 'sale' then amount end) as gross,
        sum(case when kind = 'return' then amount end) as returns,
        count(case when kind = 'sale' then 1 end) as n_orders,
        count(case when kind = 'return' then 1 end) as n_return_orders,
        sum(case when customer_id is not null then amount end) as identified_net,
        sum(case when customer_id is not null and kind = 'sale' then amount end)
            as identified_gross,
        count(case when customer_id is not null and kind = 'sale' then 1 end)
            as identified_orders,
        sum(case when customer_id is null then amount end) as unidentified_net
    from charged
    group by ordered_on
),

flows as (
    select
        s."window",
        sum(d.net) as net,
        sum(d.gross) as gross,
        sum(d.returns) as returns,
        sum(d.n_orders) as n_orders,
        sum(d.n_return_orders) as n_return_orders,
        sum(d.identified_net) as identified_net,
        sum(d.identified_gross) as identified_gross,
        sum(d.identified_orders) as identified_orders,
        sum(d.unidentified_net) as unidentified_net,
        count(case when d.n_orders > 0 and d.ordered_on > date '1900-01-01' then 1 end)
            as trading_days
    from spans as s
    inner join days as d on d.ordered_on between s.starts_on and s.ends_on
    group by s."window"
),

-- Of a customer's order days in a window the last one alone has its next one after the window.
dated_buyers as (
    select
        s."window",
        sum(case when d.next_on is null or d.next_on > s.ends_on then d.n else 0 end) as n_active,
        sum(case when d.order_rank = 1 then d.n else 0 end) as n_new
    from spans as s
    inner join order_spells as d
        on d.ordered_on between s.starts_on and s.ends_on
        and (d.next_on is null or d.next_on > s.ends_on or d.order_rank = 1)
    group by s."window"
),

buyers as (
    select
        "window",
        n_active,
        n_new
    from dated_buyers
    union all
    select
        s."window",
        count(distinct o.customer_id) as n_active,
        count(distinct o.customer_id) as n_new
    from spans as s
    inner join orders as o
        on s.starts_on = date '1900-01-01'
        and o.ordered_on is null
        and o.kind = 'sale'
        and coalesce(o.status, 'completed') <> 'cancelled'
    group by s."window"
)

select
    p."window",
    p.position,
    p.period,
    p.starts_on,
    p.ends_on,
    p.is_whole,
    p.is_comparable,
    coalesce(f.net, 0) as net,
    coalesce(f.gross, 0) as gross,
    coalesce(f.returns, 0) as returns,
    cast(coalesce(f.n_orders, 0) as bigint) as n_orders,
    cast(coalesce(f.n_return_orders, 0) as bigint) as n_return_orders,
    coalesce(f.identified_net, 0) as identified_net,
    coalesce(f.identified_gross, 0) as identified_gross,
    cast(coalesce(f.identified_orders, 0) as bigint) as identified_orders,
    cast(coalesce(b.n_active, 0) as bigint) as n_active,
    cast(coalesce(b.n_new, 0) as bigint) as n_new,
    cast(coalesce(b.n_active, 0) - coalesce(b.n_new, 0) as bigint) as n_returning,
    coalesce(f.trading_days, 0) as trading_days,
    coalesce(f.unidentified_net, 0) as unidentified_net
from periods as p
left join flows as f on p."window" = f."window"
left join buyers as b on p."window" = b."window"
order by p.position

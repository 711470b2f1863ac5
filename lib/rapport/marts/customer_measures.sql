-- one row per window and customer with a charged order or return by its last day
with customer_days as (
    select
        customer_id,
        ordered_on,
        count(case when kind = 'sale' then 1 end) as n_orders,
        count(case when kind = 'return' then 1 end) as n_returns,
        coalesce(sum(case when kind = 'sale' then amount end), 0) as gross,
        coalesce(sum(case when kind = 'return' then amount end), 0) as returns
    from orders
    where customer_id is not null and coalesce(status, 'completed') <> 'cancelled'
    group by customer_id, ordered_on
),

windows as (
    select
        p."window",
        p.position,
        p.ends_on,
        s.rfm_days,
        s.horizon_days,
        -- What happened after a window may be looked at only if all of it had happened by as_of.
        date_diff('day', p.ends_on, a.ends_on) >= s.horizon_days as is_closed
    from periods as p
    inner join periods as a on a."window" = 'current'
    cross join settings as s
    where p."window" in ('current', 'previous', 'last_year', 'cut', 'train', 'test', 'score')
),

measured as (
    select
        w."window",
        w.position,
        d.customer_id,
        d.ordered_on,
        d.n_orders,
        d.n_returns,
        d.gross,
        d.returns,
        w.ends_on,
        w.rfm_days,
        w.horizon_days,
        w.is_closed,
        date_diff('day', d.ordered_on, w.ends_on) as days_ago
    from windows as w
    inner join customer_days as d
        on date_diff('day', d.ordered_on, w.ends_on) >= -w.horizon_days
),

summed as (
    select
        "window",
        position,
        customer_id,
        ends_on,
        min(case when n_orders > 0 and days_ago >= 0 then ordered_on end) as first_ordered_on,
        max(case when n_orders > 0 and days_ago >= 0 then ordered_on end) as last_ordered_on,
        sum(case when days_ago >= 0 then n_orders else 0 end) as n_orders,
        count(case when n_orders > 0 and days_ago >= 0 then 1 end) as n_order_days,
        sum(case when days_ago >= 0 then n_returns else 0 end) as n_returns,
        coalesce(sum(case when days_ago >= 0 then gross end), 0) as gross,
        coalesce(sum(case when days_ago >= 0 then returns end), 0) as returns,
        min(case when n_orders > 0 and days_ago >= 0 and days_ago < rfm_days then days_ago end)
            as rfm_days_since,
        count(case when n_orders > 0 and days_ago >= 0 and days_ago < rfm_days then 1 end)
            as rfm_order_days,
        sum(case when days_ago >= 0 and days_ago < rfm_days then n_orders else 0 end)
            as rfm_orders,
        coalesce(sum(case when days_ago >= 0 and days_ago < rfm_days then gross end), 0)
            as rfm_gross,
        coalesce(sum(case when days_ago >= 0 and days_ago < rfm_days then returns end), 0)
            as rfm_returns,
        min(case when n_orders > 0 and days_ago >= 0 and days_ago < rfm_days then ordered_on end)
            as rfm_first_on,
        count(case when n_orders > 0 and days_ago >= 0 and days_ago < 90 then 1 end)
            as n_order_days_90,
        coalesce(sum(case when days_ago >= 0 and days_ago < 90 then gross end), 0) as gross_90,
        count(case when is_closed and n_orders > 0 and days_ago < 0 then 1 end)
            as n_order_days_after,
        count(case when is_closed then 1 end) as n_closed
    from measured
    group by "window", position, customer_id, ends_on
    having count(case when days_ago >= 0 then 1 end) > 0
)

select
    m."window",
    m.customer_id,
    c.order_key,
    m.first_ordered_on,
    m.last_ordered_on,
    date_diff('day', m.first_ordered_on, m.ends_on) as tenure_days,
    date_diff('day', m.last_ordered_on, m.ends_on) as days_since_last_order,
    cast(m.n_orders as bigint) as n_orders,
    m.n_order_days,
    cast(m.n_returns as bigint) as n_returns,
    m.gross,
    m.returns,
    m.gross + m.returns as total_spend,
    m.rfm_days_since,
    m.rfm_order_days,
    cast(m.rfm_orders as bigint) as rfm_orders,
    m.rfm_gross,
    m.rfm_returns,
    m.rfm_gross + m.rfm_returns as rfm_net,
    m.rfm_first_on,
    m.n_order_days_90,
    m.gross_90,
    case when m.n_closed > 0 then m.n_order_days_after end as n_order_days_next,
    c.country,
    c.region,
    c.acquisition_channel,
    c.loyalty_tier,
    c.age_band,
    c.gender
from summed as m
inner join customers as c on m.customer_id = c.customer_id
order by m.position, c.order_key

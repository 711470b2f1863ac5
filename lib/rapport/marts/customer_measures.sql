-- one row per window and customer with a charged order or return by its last day
with customer_days as (
    -- Whole numbers as keys: grouping by the text of a pseudonym costs three times as much.
    select
        c.order_key as customer_key,
        o.ordered_on,
        count(case when o.kind = 'sale' then 1 end) as n_orders,
        count(case when o.kind = 'return' then 1 end) as n_returns,
        coalesce(sum(case when o.kind = 'sale' then o.amount end), 0) as gross,
        coalesce(sum(case when o.kind = 'return' then o.amount end), 0) as returns
    from orders as o
    inner join customers as c on o.customer_id = c.customer_id
    where coalesce(o.status, 'completed') <> 'cancelled'
    group by c.order_key, o.ordered_on
),

windows as (
    select
        "window",
        position,
        ends_on
    from periods
    where "window" in ('current', 'previous', 'last_year', 'cut', 'train', 'test', 'score')
),

-- Windows that end on one day have the same measures.
ends as (
    select distinct
        w.ends_on,
        s.rfm_days,
        s.horizon_days,
        -- What came after a day may be looked at only if all of it had come by as_of.
        date_diff('day', w.ends_on, a.ends_on) >= s.horizon_days as is_closed
    from windows as w
    inner join periods as a on a."window" = 'current'
    cross join settings as s
),

measured as (
    select
        e.ends_on,
        d.customer_key,
        d.ordered_on,
        d.n_orders,
        d.n_returns,
        d.gross,
        d.returns,
        case when d.n_orders > 0 then d.ordered_on end as bought_on,
        date_diff('day', d.ordered_on, e.ends_on) < e.rfm_days as is_rfm,
        date_diff('day', d.ordered_on, e.ends_on) < 90 as is_90
    from ends as e
    inner join customer_days as d on d.ordered_on <= e.ends_on
),

summed as (
    select
        ends_on,
        customer_key,
        min(bought_on) as first_ordered_on,
        max(bought_on) as last_ordered_on,
        sum(n_orders) as n_orders,
        count(bought_on) as n_order_days,
        sum(n_returns) as n_returns,
        sum(gross) as gross,
        sum(returns) as returns,
        min(case when is_rfm then bought_on end) as rfm_first_on,
        max(case when is_rfm then bought_on end) as rfm_last_on,
        count(case when is_rfm then bought_on end) as rfm_order_days,
        sum(case when is_rfm then n_orders else 0 end) as rfm_orders,
        coalesce(sum(case when is_rfm then gross end), 0) as rfm_gross,
        coalesce(sum(case when is_rfm then returns end), 0) as rfm_returns,
        count(case when is_90 then bought_on end) as n_order_days_90,
        coalesce(sum(case when is_90 then gross end), 0) as gross_90
    from measured
    group by ends_on, customer_key
),

came_after as (
    select
        e.ends_on,
        d.customer_key,
        count(*) as n_order_days
    from ends as e
    inner join customer_days as d
        on e.is_closed
        and d.n_orders > 0
        and d.ordered_on > e.ends_on
        and date_diff('day', e.ends_on, d.ordered_on) <= e.horizon_days
    group by e.ends_on, d.customer_key
)

select
    w."window",
    c.customer_id,
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
    date_diff('day', m.rfm_last_on, m.ends_on) as rfm_days_since,
    m.rfm_order_days,
    cast(m.rfm_orders as bigint) as rfm_orders,
    m.rfm_gross,
    m.rfm_returns,
    m.rfm_gross + m.rfm_returns as rfm_net,
    m.rfm_first_on,
    m.n_order_days_90,
    m.gross_90,
    case when e.is_closed then coalesce(f.n_order_days, 0) end as n_order_days_next,
    c.country,
    c.region,
    c.acquisition_channel,
    c.loyalty_tier,
    c.age_band,
    c.gender
from windows as w
inner join ends as e on w.ends_on = e.ends_on
inner join summed as m on e.ends_on = m.ends_on
inner join customers as c on m.customer_key = c.order_key
left join came_after as f on m.ends_on = f.ends_on and m.customer_key = f.customer_key
order by w.position, c.order_key

-- one row per window and customer with a charged order or return by its last day
with windows as (
    select
        "window",
        position,
        ends_on
    from periods
    where
        "window" in (
            'current', 'previous', 'last_year', 'cut', 'train', 'season', 'test', 'score'
        )
),

-- Windows that end on one day have the same measures.
ends as (
    select distinct
        w.ends_on,
        w.ends_on - cast(v.rfm_days as int) as rfm_after,
        w.ends_on - 90 as after_90,
        w.ends_on + cast(v.horizon_days as int) as horizon_on,
        -- What came after a day may be looked at only if all of it had come by as_of.
        date_diff('day', w.ends_on, a.ends_on) >= v.horizon_days as is_closed
    from windows as w
    inner join periods as a on a."window" = 'current'
    cross join settings as v
),

measured as (
    select
        e.ends_on,
        o.customer_key,
        o.gross,
        o.returns,
        o.day_rank,
        case when o.gross is not null then o.ordered_on end as bought_on,
        o.ordered_on > e.rfm_after as is_rfm,
        o.ordered_on > e.after_90 as is_90
    from charged_orders as o
    cross join ends as e
    where o.ordered_on <= e.ends_on
),

summed as (
    select
        ends_on,
        customer_key,
        min(bought_on) as first_ordered_on,
        max(bought_on) as last_ordered_on,
        count(gross) as n_orders,
        count(day_rank) as n_order_days,
        count(returns) as n_returns,
        coalesce(sum(gross), 0) as gross,
        coalesce(sum(returns), 0) as returns,
        min(case when is_rfm then bought_on end) as rfm_first_on,
        count(case when is_rfm then day_rank end) as rfm_order_days,
        count(case when is_rfm then gross end) as rfm_orders,
        coalesce(sum(case when is_rfm then gross end), 0) as rfm_gross,
        coalesce(sum(case when is_rfm then returns end), 0) as rfm_returns,
        count(case when is_90 then day_rank end) as n_order_days_90,
        coalesce(sum(case when is_90 then gross end), 0) as gross_90
    from measured
    group by ends_on, customer_key
),

came_after as (
    select
        e.ends_on,
        o.customer_key,
        count(*) as n_order_days
    from ends as e
    inner join charged_orders as o
        on e.is_closed
        and o.day_rank is not null
        and o.ordered_on > e.ends_on
        and o.ordered_on <= e.horizon_on
    group by e.ends_on, o.customer_key
)

select
    w."window",
    c.customer_id,
    c.order_key,
    m.first_ordered_on,
    m.last_ordered_on,
    date_diff('day', m.first_ordered_on, m.ends_on) as tenure_days,
    date_diff('day', m.last_ordered_on, m.ends_on) as days_since_last_order,
    m.n_orders,
    m.n_order_days,
    m.n_returns,
    m.gross,
    m.returns,
    m.gross + m.returns as total_spend,
    case
        when m.last_ordered_on > e.rfm_after then date_diff('day', m.last_ordered_on, m.ends_on)
    end as rfm_days_since,
    m.rfm_order_days,
    m.rfm_orders,
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

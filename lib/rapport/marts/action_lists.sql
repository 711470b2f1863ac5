-- one row per list and customer on it, largest spend of the last 365 days first
with customers_seen as (
    select
        o.customer_key,
        p.starts_on,
        p.ends_on,
        min(case when o.day_rank is not null then o.ordered_on end) as first_ordered_on,
        max(case when o.day_rank is not null then o.ordered_on end) as last_ordered_on,
        count(o.day_rank) as n_order_days,
        count(
            case when date_diff('day', o.ordered_on, p.ends_on) < v.rfm_days then o.day_rank end
        ) as rfm_order_days,
        coalesce(
            sum(
                case
                    when date_diff('day', o.ordered_on, p.ends_on) < 365
                        then coalesce(o.gross, o.returns)
                end
            ), 0
        ) as spend_12m,
        sum(coalesce(o.gross, o.returns)) as total_spend
    from charged_orders as o
    inner join periods as p on p."window" = 'current' and o.ordered_on <= p.ends_on
    cross join settings as v
    group by o.customer_key, p.starts_on, p.ends_on
),

-- Whose contract ended in the window without their choice: as `subscription_months` counts them.
unchosen as (
    select distinct k.order_key as customer_key
    from subscriptions as s
    inner join customers as k on s.customer_id = k.customer_id
    inner join periods as p
        on p."window" = 'current'
        and s.started_on < p.starts_on
        and s.ended_on between p.starts_on and p.ends_on
    where s.end_reason in ('involuntary', 'payment', 'death', 'fraud')
),

listed as (
    select
        'newcomers_once' as list_name,
        c.*
    from customers_seen as c
    where c.first_ordered_on >= c.starts_on and c.n_order_days = 1
    union all
    -- Entered at_risk in the window and is still there: quiet long enough on its last day, not on
    -- the day before it began, and not yet churned.
    select
        'regulars_gone_quiet' as list_name,
        c.*
    from customers_seen as c
    cross join settings as v
    where
        c.rfm_order_days >= v.loyal_orders
        and date_diff('day', c.last_ordered_on, c.ends_on) >= v.risk_after_days
        and date_diff('day', c.last_ordered_on, c.ends_on) < v.churn_after_days
        and date_diff('day', c.last_ordered_on, c.starts_on) - 1 < v.risk_after_days
    union all
    select
        'mend_payments' as list_name,
        c.*
    from customers_seen as c
    inner join unchosen as u on c.customer_key = u.customer_key
)

select
    l.list_name,
    k.customer_id,
    k.order_key,
    l.first_ordered_on,
    l.last_ordered_on,
    l.n_order_days,
    l.spend_12m,
    l.total_spend
from listed as l
inner join customers as k on l.customer_key = k.order_key
order by l.list_name, l.spend_12m desc, k.order_key

-- one row per list and customer on it, largest spend of the last 365 days first
with customer_days as (
    select
        customer_id,
        ordered_on,
        count(case when kind = 'sale' then 1 end) as n_orders,
        coalesce(sum(amount), 0) as net
    from orders
    where customer_id is not null and coalesce(status, 'completed') <> 'cancelled'
    group by customer_id, ordered_on
),

customers_seen as (
    select
        d.customer_id,
        p.starts_on,
        p.ends_on,
        min(case when d.n_orders > 0 then d.ordered_on end) as first_ordered_on,
        max(case when d.n_orders > 0 then d.ordered_on end) as last_ordered_on,
        count(case when d.n_orders > 0 then 1 end) as n_order_days,
        count(
            case
                when d.n_orders > 0 and date_diff('day', d.ordered_on, p.ends_on) < v.rfm_days
                    then 1
            end
        ) as rfm_order_days,
        coalesce(
            sum(case when date_diff('day', d.ordered_on, p.ends_on) < 365 then d.net end), 0
        ) as spend_12m,
        sum(d.net) as total_spend
    from customer_days as d
    inner join periods as p on p."window" = 'current' and d.ordered_on <= p.ends_on
    cross join settings as v
    group by d.customer_id, p.starts_on, p.ends_on
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
)

select
    l.list_name,
    l.customer_id,
    k.order_key,
    l.first_ordered_on,
    l.last_ordered_on,
    l.n_order_days,
    l.spend_12m,
    l.total_spend
from listed as l
inner join customers as k on l.customer_id = k.customer_id
order by l.list_name, l.spend_12m desc, k.order_key

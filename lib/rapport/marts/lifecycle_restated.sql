-- one row per month end (0: any of them), stage known then and stage known now: customers moved
with calendar as (
    select
        cast(v.risk_after_days as int) as risk_after_days,
        cast(v.churn_after_days as int) as churn_after_days,
        v.loyal_orders,
        cast(v.rfm_days as int) as rfm_days,
        p.ends_on as as_of,
        extract(year from p.ends_on + 1) * 12 + extract(month from p.ends_on + 1) - 2
            as last_month,
        extract(year from s.data_from) * 12 + extract(month from s.data_from) - 1 as first_month
    from periods as p
    cross join snapshot as s
    cross join settings as v
    where p."window" = 'current'
),

-- Sales of customers of whom any order came late: the others' stages are what they were.
sales as (
    select
        c.order_key as customer_key,
        o.ordered_on,
        extract(year from o.ordered_on) * 12 + extract(month from o.ordered_on) - 1 as month_no,
        case
            when l.arrived_on is null
                then extract(year from o.ordered_on) * 12 + extract(month from o.ordered_on) - 1
            else extract(year from l.arrived_on) * 12 + extract(month from l.arrived_on) - 1
        end as known_month,
        case when l.arrived_on is null then 0 else 1 end as is_late
    from orders as o
    inner join customers as c on o.customer_id = c.customer_id
    inner join calendar as k on o.ordered_on <= k.as_of
    left join late_orders as l on o.order_id = l.order_id
    where
        o.kind = 'sale'
        and coalesce(o.status, 'completed') <> 'cancelled'
        and c.erased_at is null
),

late_buyers as (
    select customer_key
    from sales
    group by customer_key
    having max(is_late) = 1
),

-- A day counts as known once its first order is.
sale_days as (
    select
        s.customer_key,
        s.ordered_on,
        s.month_no,
        min(s.known_month) as known_month,
        extract(year from s.ordered_on + k.risk_after_days) * 12
        + extract(month from s.ordered_on + k.risk_after_days) - 1 as risk_month,
        extract(year from s.ordered_on + k.churn_after_days) * 12
        + extract(month from s.ordered_on + k.churn_after_days) - 1 as churn_month,
        extract(year from s.ordered_on + k.rfm_days) * 12
        + extract(month from s.ordered_on + k.rfm_days) - 1 as out_month
    from sales as s
    inner join late_buyers as b on s.customer_key = b.customer_key
    cross join calendar as k
    group by
        s.customer_key,
        s.ordered_on,
        s.month_no,
        k.risk_after_days,
        k.churn_after_days,
        k.rfm_days
),

digits as (
    select 0 as digit
    union all
    select 1 as digit
    union all
    select 2 as digit
    union all
    select 3 as digit
    union all
    select 4 as digit
),

-- The last 13 month ends, as the figure of stages draws them.
months as (
    select k.last_month - 5 * a.digit - b.digit as at_month
    from calendar as k
    cross join digits as a
    cross join digits as b
    where
        5 * a.digit + b.digit < 13
        and k.last_month - 5 * a.digit - b.digit >= k.first_month
),

views as (
    select 0 as is_now
    union all
    select 1 as is_now
),

counted as (
    select
        d.customer_key,
        m.at_month,
        v.is_now,
        min(d.month_no) as first_month,
        max(d.risk_month) as risk_month,
        max(d.churn_month) as churn_month,
        count(case when d.out_month > m.at_month then 1 end) as n_order_days
    from sale_days as d
    cross join months as m
    cross join views as v
    where
        d.month_no <= m.at_month
        and (v.is_now = 1 or d.known_month <= m.at_month)
    group by d.customer_key, m.at_month, v.is_now
),

staged as (
    select
        c.customer_key,
        c.at_month,
        c.is_now,
        case
            when c.churn_month <= c.at_month then 'churned'
            when c.risk_month <= c.at_month then 'at_risk'
            when c.first_month = c.at_month then 'new'
            when c.n_order_days >= k.loyal_orders then 'loyal'
            else 'growing'
        end as stage
    from counted as c
    cross join calendar as k
),

moved as (
    select
        n.customer_key,
        n.at_month,
        -- Nobody who had bought, as far as was known then.
        coalesce(t.stage, 'prospect') as stage_then,
        n.stage as stage_now
    from staged as n
    left join staged as t
        on n.customer_key = t.customer_key
        and n.at_month = t.at_month
        and t.is_now = 0
    where n.is_now = 1 and coalesce(t.stage, 'prospect') <> n.stage
),

customers_moved as (
    select distinct customer_key
    from moved
)

select
    month_no,
    stage_then,
    stage_now,
    n_customers
from (
    select
        cast(0 as bigint) as month_no,
        'any' as stage_then,
        'any' as stage_now,
        count(*) as n_customers
    from customers_moved
    union all
    select
        cast(at_month as bigint) as month_no,
        stage_then,
        stage_now,
        count(*) as n_customers
    from moved
    group by at_month, stage_then, stage_now
) as told
order by month_no, stage_then, stage_now

-- one row per month of the first order (or contract) and month since: customers who were back
with calendar as (
    select
        s.data_from,
        p.ends_on as as_of,
        v.activation_days,
        extract(year from s.data_from + cast(v.churn_after_days as int)) * 12
        + extract(month from s.data_from + cast(v.churn_after_days as int)) - 1 as observable_month,
        extract(year from p.ends_on) * 12 + extract(month from p.ends_on) - 1 as as_of_month,
        extract(year from p.ends_on + 1) * 12 + extract(month from p.ends_on + 1) - 2
            as last_month
    from periods as p
    cross join snapshot as s
    cross join settings as v
    where p."window" = 'current'
),

order_days as (
    select
        o.customer_key,
        o.ordered_on,
        o.day_rank,
        extract(year from o.ordered_on) * 12 + extract(month from o.ordered_on) - 1 as month_no,
        case when o.next_on <= k.as_of then o.next_on end as next_on
    from charged_orders as o
    inner join calendar as k on o.day_rank is not null and o.ordered_on <= k.as_of
),

firsts as (
    select
        r.customer_key,
        r.month_no as cohort_month,
        date_diff('day', r.ordered_on, k.as_of) >= k.activation_days as is_watched,
        coalesce(date_diff('day', r.ordered_on, r.next_on) <= k.activation_days, false)
            as is_active
    from order_days as r
    inner join customers as c on r.customer_key = c.order_key and c.erased_at is null
    cross join calendar as k
    where r.day_rank = 1
),

-- Of a customer's order days in a month the last one alone has its next one in another month.
order_months as (
    select
        customer_key,
        month_no
    from order_days
    where
        next_on is null
        or extract(year from next_on) * 12 + extract(month from next_on) - 1 > month_no
)

select
    'orders' as kind,
    cast(f.cohort_month as bigint) as cohort_month,
    cast(d.month_no - f.cohort_month as bigint) as months_since,
    count(*) as n_customers,
    -- Of the cohort's own month alone: first orders watched long enough, and those followed.
    count(case when d.month_no = f.cohort_month and f.is_watched then 1 end) as n_watched,
    count(case when d.month_no = f.cohort_month and f.is_watched and f.is_active then 1 end)
        as n_again,
    cast(k.as_of_month as bigint) as as_of_month,
    cast(k.last_month as bigint) as last_month,
    cast(k.observable_month as bigint) as observable_month
from firsts as f
inner join order_months as d on f.customer_key = d.customer_key
cross join calendar as k
group by
    f.cohort_month,
    d.month_no - f.cohort_month,
    k.as_of_month,
    k.last_month,
    k.observable_month
order by f.cohort_month, d.month_no - f.cohort_month

-- one row per period's window: first orders that became 90 days old in it, and how many were followed
with order_days as (
    select distinct customer_id, ordered_on
    from orders
    where
        kind = 'sale'
        and customer_id is not null
        and coalesce(status, 'completed') <> 'cancelled'
),

ranked as (
    select
        ordered_on,
        lead(ordered_on) over (partition by customer_id order by ordered_on) as next_on,
        row_number() over (partition by customer_id order by ordered_on) as rank_in_data
    from order_days
),

firsts as (
    select
        ordered_on,
        date_diff('day', ordered_on, next_on) as gap_days
    from ranked
    where rank_in_data = 1
),

counted as (
    select
        p."window",
        count(*) as n_first,
        count(case when f.gap_days <= 90 then 1 end) as n_again
    from periods as p
    inner join firsts as f
        on date_diff('day', f.ordered_on, p.starts_on) <= 90
        and date_diff('day', f.ordered_on, p.ends_on) >= 90
    group by p."window"
)

select
    p."window",
    p.position,
    p.period,
    p.starts_on,
    p.ends_on,
    p.is_whole,
    p.is_comparable,
    coalesce(date_diff('day', s.data_from, p.starts_on) >= 90, false)
        as is_observable,
    coalesce(c.n_first, 0) as n_first,
    coalesce(c.n_again, 0) as n_again
from periods as p
cross join snapshot as s
left join counted as c on p."window" = c."window"
where p.period is not null
order by p.position

-- one row per period's window: customers not churned before it, and how many had churned at its end
-- A spell runs from an order to the day before the next one; on each of its days the customer has
-- churned if churn_after_days have passed. So a window asks for the spell that holds its start
-- (the day before its first day) and the spell that holds its end, and no customer is visited.
with spells as (
    select
        customer_key,
        ordered_on,
        coalesce(next_on, date '9999-12-31') as next_on
    from charged_orders
    where day_rank is not null
),

counted_spells as (
    select
        ordered_on,
        coalesce(next_on, date '9999-12-31') as next_on,
        n
    from order_spells
),

windows as (
    select
        p."window",
        p.starts_on,
        p.ends_on,
        v.churn_after_days
    from periods as p
    cross join settings as v
    where p.period is not null
),

at_start as (
    select
        w."window",
        sum(s.n) as n_at_start,
        sum(
            case
                when
                    s.next_on > w.ends_on
                    and date_diff('day', s.ordered_on, w.ends_on) >= w.churn_after_days
                    then s.n
                else 0
            end
        ) as n_churned
    from windows as w
    inner join counted_spells as s
        on s.ordered_on < w.starts_on
        and s.next_on >= w.starts_on
        and date_diff('day', s.ordered_on, w.starts_on) - 1 < w.churn_after_days
    group by w."window"
),

-- Ordered in the window and churned by its end: only where a window is that long.
back_and_gone as (
    select
        w."window",
        count(*) as n_churned
    from windows as w
    inner join spells as l
        on date_diff('day', w.starts_on, w.ends_on) >= w.churn_after_days
        and l.ordered_on >= w.starts_on
        and l.next_on > w.ends_on
        and date_diff('day', l.ordered_on, w.ends_on) >= w.churn_after_days
    inner join spells as f
        on l.customer_key = f.customer_key
        and f.ordered_on < w.starts_on
        and f.next_on >= w.starts_on
        and date_diff('day', f.ordered_on, w.starts_on) - 1 < w.churn_after_days
    group by w."window"
)

select
    p."window",
    p.position,
    p.period,
    p.starts_on,
    p.ends_on,
    p.is_whole,
    p.is_comparable,
    -- Nobody can be seen to churn in the first churn_after_days of the data, nor do five weeks
    -- stand beside four.
    coalesce(
        date_diff('day', s.data_from, p.starts_on) >= v.churn_after_days
        and (p."window" <> 'previous' or p.is_comparable),
        false
    ) as is_observable,
    cast(coalesce(a.n_at_start, 0) as bigint) as n_at_start,
    cast(coalesce(a.n_churned, 0) + coalesce(b.n_churned, 0) as bigint) as n_churned
from periods as p
cross join snapshot as s
cross join settings as v
left join at_start as a on p."window" = a."window"
left join back_and_gone as b on p."window" = b."window"
where p.period is not null
order by p.position

-- one row per period's window: first orders that became 90 days old in it, and how many were followed
with firsts as (
    select
        ordered_on,
        date_diff('day', ordered_on, next_on) as gap_days,
        n
    from order_spells
    where order_rank = 1
),

counted as (
    select
        p."window",
        sum(f.n) as n_first,
        sum(case when f.gap_days <= 90 then f.n else 0 end) as n_again
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
    cast(coalesce(c.n_first, 0) as bigint) as n_first,
    cast(coalesce(c.n_again, 0) as bigint) as n_again
from periods as p
cross join snapshot as s
left join counted as c on p."window" = c."window"
where p.period is not null
order by p.position

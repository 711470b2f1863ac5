-- one row per window (current, previous, last_year) and step: customers who came so far
with spans as (
    select
        p."window",
        p.position,
        p.starts_on,
        p.ends_on,
        v.funnel_days
    from periods as p
    cross join settings as v
    where p."window" in ('current', 'previous', 'last_year') and p.starts_on is not null
),

reached as (
    select
        i.customer_id,
        i.occurred_at,
        i.occurred_on,
        s.step_no
    from interactions as i
    inner join funnel_steps as s on i.kind = s.kind or i.page = s.page
    where i.customer_id is not null
    union all
    select
        o.customer_id,
        o.ordered_at as occurred_at,
        o.ordered_on as occurred_on,
        s.step_no
    from orders as o
    inner join funnel_steps as s on s.is_order
    where
        o.kind = 'sale'
        and o.customer_id is not null
        and coalesce(o.status, 'completed') <> 'cancelled'
),

-- A step that nobody ever took is none: a shop without a cart in its log has a shorter funnel.
steps as (
    select
        f.name,
        f.step_no as listed_no,
        row_number() over (order by f.step_no) as step_no
    from funnel_steps as f
    inner join (select distinct step_no from reached) as r on f.step_no = r.step_no
),

-- The log may begin after the orders do, and other contacts before the first step was logged.
begins as (
    select min(occurred_on) as log_from
    from reached
    where step_no in (select listed_no from steps where step_no = 1)
),

-- A window holds the entries whose last day for the funnel lies in it, so that all have had
-- equally long; and what came of them until its end.
events as (
    select
        s."window",
        s.position,
        s.funnel_days,
        r.customer_id,
        r.occurred_at,
        r.occurred_on,
        f.step_no,
        case
            when f.step_no = 1 and date_diff('day', r.occurred_on, s.ends_on) >= s.funnel_days
                then r.occurred_on
        end as entry_1
    from spans as s
    inner join reached as r
        on date_diff('day', r.occurred_on, s.starts_on) <= s.funnel_days
        and r.occurred_on <= s.ends_on
    inner join steps as f on r.step_no = f.listed_no
),

-- Each step carries the day of the latest entry that leads to it through all steps before: if any
-- entry is recent enough for what follows, this one is. Of two contacts of one instant the earlier
-- step comes first.
chain_2 as (
    select
        *,
        case
            when
                step_no = 2
                and date_diff(
                    'day',
                    max(entry_1) over (
                        partition by "window", customer_id order by occurred_at, step_no
                    ),
                    occurred_on
                ) <= funnel_days
                then max(entry_1) over (
                    partition by "window", customer_id order by occurred_at, step_no
                )
        end as entry_2
    from events
),

chain_3 as (
    select
        *,
        case
            when
                step_no = 3
                and date_diff(
                    'day',
                    max(entry_2) over (
                        partition by "window", customer_id order by occurred_at, step_no
                    ),
                    occurred_on
                ) <= funnel_days
                then max(entry_2) over (
                    partition by "window", customer_id order by occurred_at, step_no
                )
        end as entry_3
    from chain_2
),

chain_4 as (
    select
        *,
        case
            when
                step_no = 4
                and date_diff(
                    'day',
                    max(entry_3) over (
                        partition by "window", customer_id order by occurred_at, step_no
                    ),
                    occurred_on
                ) <= funnel_days
                then max(entry_3) over (
                    partition by "window", customer_id order by occurred_at, step_no
                )
        end as entry_4
    from chain_3
),

chain_5 as (
    select
        *,
        case
            when
                step_no = 5
                and date_diff(
                    'day',
                    max(entry_4) over (
                        partition by "window", customer_id order by occurred_at, step_no
                    ),
                    occurred_on
                ) <= funnel_days
                then max(entry_4) over (
                    partition by "window", customer_id order by occurred_at, step_no
                )
        end as entry_5
    from chain_4
),

chain_6 as (
    select
        *,
        case
            when
                step_no = 6
                and date_diff(
                    'day',
                    max(entry_5) over (
                        partition by "window", customer_id order by occurred_at, step_no
                    ),
                    occurred_on
                ) <= funnel_days
                then max(entry_5) over (
                    partition by "window", customer_id order by occurred_at, step_no
                )
        end as entry_6
    from chain_5
),

chain_7 as (
    select
        *,
        case
            when
                step_no = 7
                and date_diff(
                    'day',
                    max(entry_6) over (
                        partition by "window", customer_id order by occurred_at, step_no
                    ),
                    occurred_on
                ) <= funnel_days
                then max(entry_6) over (
                    partition by "window", customer_id order by occurred_at, step_no
                )
        end as entry_7
    from chain_6
),

chain_8 as (
    select
        *,
        case
            when
                step_no = 8
                and date_diff(
                    'day',
                    max(entry_7) over (
                        partition by "window", customer_id order by occurred_at, step_no
                    ),
                    occurred_on
                ) <= funnel_days
                then max(entry_7) over (
                    partition by "window", customer_id order by occurred_at, step_no
                )
        end as entry_8
    from chain_7
),

counted as (
    select
        "window",
        position,
        step_no,
        count(distinct customer_id) as n_any,
        count(distinct case when coalesce(entry_1, entry_2, entry_3, entry_4, entry_5, entry_6, entry_7, entry_8) is not null then customer_id end)
            as n_customers
    from chain_8
    group by "window", position, step_no
)

select
    s."window",
    f.step_no,
    f.name,
    coalesce(date_diff('day', b.log_from, s.starts_on) >= s.funnel_days, false) as is_observable,
    coalesce(c.n_customers, 0) as n_customers,
    coalesce(c.n_any, 0) as n_any
from spans as s
cross join steps as f
cross join begins as b
left join counted as c on s."window" = c."window" and f.step_no = c.step_no
order by s.position, f.step_no

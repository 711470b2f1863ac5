-- one row per stage, stage after, month ends in the one and moves to the other: customers
with windows as (
    select
        r.kind,
        r.order_key,
        r.stage,
        r.stage_after,
        r.until_month,
        r.last_month,
        case
            when r.last_month - v.window_months > r.observable_month
                then r.last_month - v.window_months
            else r.observable_month
        end as first_month,
        r.from_month
    from lifecycle_runs as r
    cross join settings as v
),

-- The last month end has no next one, so it is no start of a move.
stays as (
    select
        kind,
        order_key,
        stage,
        sum(
            case when coalesce(until_month, last_month) < last_month then until_month
                else last_month end
            - case when from_month > first_month then from_month else first_month end
        ) as n_months
    from windows
    where
        from_month < last_month
        and coalesce(until_month, last_month) > first_month
        and first_month < last_month
    group by kind, order_key, stage
),

moves as (
    select
        kind,
        order_key,
        stage,
        stage_after,
        count(*) as n_moves
    from windows
    where until_month > first_month
    group by kind, order_key, stage, stage_after
    union all
    -- To whatever stage: what is left of the whole are those who stayed.
    select
        kind,
        order_key,
        stage,
        'any' as stage_after,
        count(*) as n_moves
    from windows
    where until_month > first_month
    group by kind, order_key, stage
),

patterns as (
    select
        s.kind,
        s.stage,
        -- Null: all customers of the stage, whether they moved or not.
        m.stage_after,
        cast(s.n_months as bigint) as n_months,
        coalesce(m.n_moves, 0) as n_moves,
        count(*) as n_customers
    from stays as s
    inner join moves as m
        on s.kind = m.kind and s.order_key = m.order_key and s.stage = m.stage
    group by s.kind, s.stage, m.stage_after, s.n_months, m.n_moves
    union all
    select
        s.kind,
        s.stage,
        null as stage_after,
        cast(s.n_months as bigint) as n_months,
        0 as n_moves,
        count(*) as n_customers
    from stays as s
    group by s.kind, s.stage, s.n_months
)

select
    kind,
    stage,
    stage_after,
    n_months,
    n_moves,
    n_customers
from patterns
order by kind, stage, stage_after, n_months, n_moves

-- one row per month end, stage at the one before (null: not there yet) and stage: customers
with digits as (
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

kinds as (
    select distinct
        kind,
        last_month,
        observable_month
    from lifecycle_runs
),

-- The last 25 month ends: two years and the one to compare with.
months as (
    select
        r.kind,
        r.last_month - 5 * a.digit - b.digit as month_no,
        r.last_month,
        r.observable_month
    from kinds as r
    cross join digits as a
    cross join digits as b
),

counted as (
    select
        kind,
        from_month,
        until_month,
        stage,
        stage_before,
        count(*) as n
    from lifecycle_runs
    group by kind, from_month, until_month, stage, stage_before
)

select
    m.kind,
    m.month_no,
    case when c.from_month = m.month_no then c.stage_before else c.stage end as stage_before,
    c.stage,
    cast(sum(c.n) as bigint) as n_customers,
    m.last_month,
    m.observable_month
from months as m
inner join counted as c
    on m.kind = c.kind
    and m.month_no >= c.from_month
    and (c.until_month is null or m.month_no < c.until_month)
group by
    m.kind,
    m.month_no,
    case when c.from_month = m.month_no then c.stage_before else c.stage end,
    c.stage,
    m.last_month,
    m.observable_month
order by
    m.kind,
    m.month_no,
    case when c.from_month = m.month_no then c.stage_before else c.stage end,
    c.stage

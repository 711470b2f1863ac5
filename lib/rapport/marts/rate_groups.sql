-- one row per window (current, previous), key figure, and what is known of the customers it counts: how many
-- The shares that page one compares, in points: bought again, churned, net promoter score. Whom a
-- figure counts is said in `repurchase`, `churn_months` and `survey_windows`, which it agrees with.
with windows as (
    select
        p."window",
        p.starts_on,
        p.ends_on,
        v.churn_after_days
    from periods as p
    cross join settings as v
    where p."window" in ('current', 'previous') and p.period is not null
),

spells as (
    select
        customer_key,
        ordered_on,
        day_rank,
        date_diff('day', ordered_on, next_on) as gap_days,
        coalesce(next_on, date '9999-12-31') as next_on
    from charged_orders
    where day_rank is not null
),

firsts as (
    select
        customer_key,
        ordered_on,
        gap_days
    from spells
    where day_rank = 1
),

at_start as (
    select
        w."window",
        s.customer_key
    from windows as w
    inner join spells as s
        on s.ordered_on < w.starts_on
        and s.next_on >= w.starts_on
        and date_diff('day', s.ordered_on, w.starts_on) - 1 < w.churn_after_days
),

at_end as (
    select
        w."window",
        s.customer_key
    from windows as w
    inner join spells as s
        on s.ordered_on <= w.ends_on
        and s.next_on > w.ends_on
        and date_diff('day', s.ordered_on, w.ends_on) >= w.churn_after_days
),

-- Of one customer the last answer of a window; who is not known is a customer of their own.
answers as (
    select
        w."window",
        s.customer_id,
        s.nps,
        row_number() over (
            partition by w."window", coalesce(s.customer_id, s.survey_id), s.customer_id is null
            order by s.answered_on desc, s.answered_at desc, s.survey_id desc
        ) as place
    from windows as w
    inner join surveys as s on s.answered_on between w.starts_on and w.ends_on
    where s.nps is not null or s.csat is not null or s.ces is not null
),

counted as (
    select
        w."window",
        'repurchase' as figure,
        f.customer_key,
        case when f.gap_days <= 90 then 100 else 0 end as points
    from windows as w
    inner join firsts as f
        on date_diff('day', f.ordered_on, w.starts_on) <= 90
        and date_diff('day', f.ordered_on, w.ends_on) >= 90
    union all
    select
        a."window",
        'churn' as figure,
        a.customer_key,
        case when e.customer_key is null then 0 else 100 end as points
    from at_start as a
    left join at_end as e on a."window" = e."window" and a.customer_key = e.customer_key
    union all
    select
        n."window",
        'nps' as figure,
        c.order_key as customer_key,
        case when n.nps >= 9 then 100 when n.nps <= 6 then -100 else 0 end as points
    from answers as n
    left join customers as c on n.customer_id = c.customer_id
    where n.place = 1 and n.nps is not null
),

described as (
    select
        n."window",
        n.figure,
        n.points,
        extract(year from f.ordered_on) as cohort,
        c.acquisition_channel,
        c.region,
        c.country
    from counted as n
    left join firsts as f on n.customer_key = f.customer_key
    left join customers as c on n.customer_key = c.order_key
)

select
    "window",
    figure,
    cast(cohort as bigint) as cohort,
    acquisition_channel,
    region,
    country,
    points,
    count(*) as n
from described
group by "window", figure, cohort, acquisition_channel, region, country, points
order by "window", figure, cohort, acquisition_channel, region, country, points

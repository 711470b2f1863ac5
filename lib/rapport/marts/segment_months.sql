-- one row per month end and segment by the cut points of one day: customers who agree to profiling
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
    union all
    select 5 as digit
    union all
    select 6 as digit
    union all
    select 7 as digit
    union all
    select 8 as digit
    union all
    select 9 as digit
),

calendar as (
    select
        s.data_from,
        cast(v.rfm_days as int) as rfm_days,
        cast(v.new_days as int) as new_days,
        v.spend,
        v.profiling,
        p.ends_on as as_of,
        c.ends_on as cut_on,
        -- The last whole month: the one before the month that holds the day after as_of.
        extract(year from p.ends_on + 1) * 12 + extract(month from p.ends_on + 1) - 2
            as last_month
    from periods as p
    inner join periods as c on c."window" = 'cut'
    cross join snapshot as s
    cross join settings as v
    where p."window" = 'current'
),

days as (
    select
        k.data_from,
        k.rfm_days,
        k.cut_on,
        k.last_month,
        k.as_of - (100 * a.digit + 10 * b.digit + c.digit) as ends_on
    from calendar as k
    cross join digits as a
    cross join digits as b
    cross join digits as c
),

-- The last thirteen month ends over whose whole window the data reach, and the day of the cuts.
ends as (
    select
        d.ends_on,
        extract(year from d.ends_on) * 12 + extract(month from d.ends_on) - 1 as month_no,
        d.ends_on = d.cut_on as is_cut,
        extract(year from d.ends_on) * 12 + extract(month from d.ends_on) - 1
        > d.last_month - 13 as is_shown
    from days as d
    where
        extract(month from d.ends_on + 1) <> extract(month from d.ends_on)
        and d.data_from <= d.ends_on - d.rfm_days
        and (
            d.ends_on = d.cut_on
            or extract(year from d.ends_on) * 12 + extract(month from d.ends_on) - 1
            > d.last_month - 13
        )
),

-- What is in no window of these counts nowhere.
span as (
    select
        min(e.ends_on) as first_on,
        max(e.ends_on) as last_on
    from ends as e
),

-- Of two words of one moment the withdrawal counts.
words as (
    select
        w.customer_id,
        w.state,
        row_number() over (
            partition by w.customer_id order by w.changed_at desc, w.state desc
        ) as place
    from consents as w
    inner join calendar as k on w.changed_on <= k.as_of and w.purpose = 'profiling'
),

agreed as (
    select c.order_key as customer_key
    from customers as c
    cross join calendar as k
    left join words as w on c.customer_id = w.customer_id and w.place = 1
    where coalesce(w.state, k.profiling) = 'given'
),

-- An order counts from the end of its month on, until the month at whose end it has left the
-- window; it is young until the month at whose end it is older than newcomers' orders may be.
bought as (
    select
        o.customer_key,
        extract(year from o.ordered_on) * 12 + extract(month from o.ordered_on) - 1 as in_month,
        extract(year from o.ordered_on + k.rfm_days) * 12
        + extract(month from o.ordered_on + k.rfm_days) - 1 as out_month,
        extract(year from o.ordered_on + k.new_days) * 12
        + extract(month from o.ordered_on + k.new_days) - 1 as old_month,
        max(case when o.gross is not null then o.ordered_on end) as last_on,
        count(o.day_rank) as n_days,
        sum(
            coalesce(o.gross, 0) + case when k.spend = 'net' then coalesce(o.returns, 0) else 0 end
        ) as spend
    from charged_orders as o
    inner join agreed as a on o.customer_key = a.customer_key
    cross join calendar as k
    inner join span as s
        on o.ordered_on <= s.last_on
        and o.ordered_on + k.rfm_days > s.first_on
    group by
        o.customer_key,
        extract(year from o.ordered_on) * 12 + extract(month from o.ordered_on) - 1,
        extract(year from o.ordered_on + k.rfm_days) * 12
        + extract(month from o.ordered_on + k.rfm_days) - 1,
        extract(year from o.ordered_on + k.new_days) * 12
        + extract(month from o.ordered_on + k.new_days) - 1
),

-- So every order is met three times and no day is gone back over: sums run from month to month.
-- No month is null; it is said for warehouses that cannot put nulls last in such a window.
changes as (
    select
        b.customer_key,
        b.in_month as month_no,
        b.last_on,
        b.n_days,
        b.n_days as n_young,
        b.spend
    from bought as b
    union all
    select
        b.customer_key,
        b.out_month as month_no,
        b.last_on,
        -b.n_days as n_days,
        0 as n_young,
        -b.spend as spend
    from bought as b
    union all
    select
        b.customer_key,
        b.old_month as month_no,
        b.last_on,
        0 as n_days,
        -b.n_days as n_young,
        0 as spend
    from bought as b
),

steps as (
    select
        c.customer_key,
        c.month_no,
        max(c.last_on) as last_on,
        sum(c.n_days) as n_days,
        sum(c.n_young) as n_young,
        sum(c.spend) as spend
    from changes as c
    inner join calendar as k on c.month_no <= k.last_month
    group by c.customer_key, c.month_no
),

runs as (
    select
        s.month_no as from_month,
        lead(s.month_no) over (partition by s.customer_key order by s.month_no nulls first)
            as until_month,
        max(s.last_on) over (partition by s.customer_key order by s.month_no nulls first)
            as last_on,
        sum(s.n_days) over (partition by s.customer_key order by s.month_no nulls first)
            as n_days,
        sum(s.n_young) over (partition by s.customer_key order by s.month_no nulls first)
            as n_young,
        sum(s.spend) over (partition by s.customer_key order by s.month_no nulls first) as spend
    from steps as s
),

measured as (
    select
        e.ends_on,
        e.month_no,
        e.is_cut,
        e.is_shown,
        date_diff('day', r.last_on, e.ends_on) as days_since,
        r.n_days,
        r.spend,
        -- All order days of the window are young: so is the first.
        r.n_young >= r.n_days as is_new
    from runs as r
    inner join ends as e
        on r.from_month <= e.month_no
        and (r.until_month is null or r.until_month > e.month_no)
        and r.n_days > 0
),

-- Of equals any stands for the others: it is their value that is asked for.
ranked as (
    select
        m.days_since,
        m.n_days,
        m.spend,
        row_number() over (order by m.days_since desc) as r_place,
        row_number() over (order by m.n_days) as f_place,
        row_number() over (order by m.spend) as m_place
    from measured as m
    where m.is_cut
),

counted as (
    select count(*) as n
    from ranked
),

places as (
    select
        g.digit,
        r.r_place,
        r.f_place,
        r.m_place,
        r.days_since,
        r.n_days,
        r.spend,
        n.n * g.digit as wanted
    from ranked as r
    cross join counted as n
    inner join digits as g on g.digit between 1 and 4
),

-- Values that occur (inverted distribution function), by whole numbers: the first whose place
-- times five is not under the share wanted.
levels as (
    select
        digit,
        max(case when 5 * (r_place - 1) < wanted and 5 * r_place >= wanted then days_since end)
            as r_cut,
        max(case when 5 * (f_place - 1) < wanted and 5 * f_place >= wanted then n_days end)
            as f_cut,
        max(case when 5 * (m_place - 1) < wanted and 5 * m_place >= wanted then spend end)
            as m_cut
    from places
    group by digit
),

cuts as (
    select
        max(case when digit = 1 then r_cut end) as r_1,
        max(case when digit = 2 then r_cut end) as r_2,
        max(case when digit = 3 then r_cut end) as r_3,
        max(case when digit = 4 then r_cut end) as r_4,
        max(case when digit = 1 then f_cut end) as f_1,
        max(case when digit = 2 then f_cut end) as f_2,
        max(case when digit = 3 then f_cut end) as f_3,
        max(case when digit = 4 then f_cut end) as f_4,
        max(case when digit = 1 then m_cut end) as m_1,
        max(case when digit = 2 then m_cut end) as m_2,
        max(case when digit = 3 then m_cut end) as m_3,
        max(case when digit = 4 then m_cut end) as m_4
    from levels
),

-- One more than the cut points below the value; of days, few are good. Cut points rise.
scored as (
    select
        m.ends_on,
        m.month_no,
        m.is_new,
        case
            when m.days_since < c.r_4 then 5
            when m.days_since < c.r_3 then 4
            when m.days_since < c.r_2 then 3
            when m.days_since < c.r_1 then 2
            else 1
        end as r_score,
        case
            when m.n_days > c.f_4 then 5
            when m.n_days > c.f_3 then 4
            when m.n_days > c.f_2 then 3
            when m.n_days > c.f_1 then 2
            else 1
        end as f_score,
        case
            when m.spend > c.m_4 then 5
            when m.spend > c.m_3 then 4
            when m.spend > c.m_2 then 3
            when m.spend > c.m_1 then 2
            else 1
        end as m_score
    from measured as m
    cross join cuts as c
    where m.is_shown
),

named as (
    select
        ends_on,
        month_no,
        case
            when r_score >= 4 and f_score >= 4 and m_score >= 4 then 'high_value'
            when r_score <= 2 and (f_score >= 4 or m_score >= 4) then 'must_keep'
            when is_new then 'new'
            when r_score >= 3 and (f_score >= 3 or m_score >= 3) then 'potential'
            when r_score >= 3 then 'general'
            when r_score = 2 then 'at_risk'
            else 'dormant'
        end as segment
    from scored
)

select
    month_no,
    ends_on,
    segment,
    count(*) as n_customers
from named
group by month_no, ends_on, segment
order by month_no, segment

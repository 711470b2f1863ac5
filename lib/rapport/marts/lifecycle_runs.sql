-- one row per customer and run of month ends in one stage, by orders and by contracts apart
with calendar as (
    select
        s.data_from,
        cast(v.risk_after_days as int) as risk_after_days,
        cast(v.churn_after_days as int) as churn_after_days,
        v.loyal_orders,
        cast(v.rfm_days as int) as rfm_days,
        cast(v.silent_days as int) as silent_days,
        p.ends_on as as_of,
        -- The last whole month: the one before the month that holds the day after as_of.
        extract(year from p.ends_on + 1) * 12 + extract(month from p.ends_on + 1) - 2
            as last_month,
        extract(year from s.data_from) * 12 + extract(month from s.data_from) - 1 as first_month,
        -- Who had not ordered yet when the data begin looks new, and nobody can have churned.
        extract(year from s.data_from + cast(v.churn_after_days as int)) * 12
        + extract(month from s.data_from + cast(v.churn_after_days as int)) - 1 as observable_month
    from periods as p
    cross join snapshot as s
    cross join settings as v
    where p."window" = 'current'
),

first_months as (
    select
        o.customer_key,
        extract(year from o.ordered_on) * 12 + extract(month from o.ordered_on) - 1 as first_month
    from charged_orders as o
    inner join customers as c on o.customer_key = c.order_key and c.erased_at is null
    inner join calendar as k
        on o.day_rank = 1
        and extract(year from o.ordered_on) * 12 + extract(month from o.ordered_on) - 1
        <= k.last_month
),

order_days as (
    select
        customer_key,
        ordered_on,
        day_rank,
        extract(year from ordered_on) * 12 + extract(month from ordered_on) - 1 as month_no,
        extract(year from next_on) * 12 + extract(month from next_on) - 1 as next_month
    from charged_orders
    where day_rank is not null
),

-- Of the order days of a month the last alone decides what the customer is at its end. Between one
-- order month and the next, a stage changes in three months at most, all of them known from days of
-- the past: so nobody is visited month by month. The third is the one in which the order day that
-- made the customer loyal leaves the window.
spells as (
    select
        m.customer_key,
        m.month_no,
        f.first_month = m.month_no as is_first,
        case when m.next_month <= k.last_month then m.next_month else k.last_month + 1 end
            as until_month,
        extract(year from m.ordered_on + k.risk_after_days) * 12
        + extract(month from m.ordered_on + k.risk_after_days) - 1 as risk_month,
        extract(year from m.ordered_on + k.churn_after_days) * 12
        + extract(month from m.ordered_on + k.churn_after_days) - 1 as churn_month,
        coalesce(
            extract(year from r.ordered_on + k.rfm_days) * 12
            + extract(month from r.ordered_on + k.rfm_days) - 1,
            0
        ) as unloyal_month
    from order_days as m
    inner join calendar as k on m.month_no <= k.last_month
    inner join first_months as f on m.customer_key = f.customer_key
    left join order_days as r
        on m.customer_key = r.customer_key and m.day_rank - k.loyal_orders + 1 = r.day_rank
    where m.next_month is null or m.next_month > m.month_no
),

order_steps as (
    select
        s.*,
        s.month_no as at_month
    from spells as s
    union all
    select
        s.*,
        s.month_no + 1 as at_month
    from spells as s
    where s.is_first and s.month_no + 1 < s.until_month
    union all
    select
        s.*,
        s.risk_month as at_month
    from spells as s
    where s.risk_month < s.until_month
    union all
    select
        s.*,
        s.churn_month as at_month
    from spells as s
    where s.churn_month < s.until_month
    union all
    select
        s.*,
        s.unloyal_month as at_month
    from spells as s
    where s.unloyal_month > s.month_no and s.unloyal_month < s.until_month
),

contracts as (
    select
        c.order_key as customer_key,
        s.started_on,
        extract(year from s.started_on) * 12 + extract(month from s.started_on) - 1 as from_month,
        case
            when s.ended_on <= k.as_of
                then extract(year from s.ended_on) * 12 + extract(month from s.ended_on) - 1
        end as end_month,
        coalesce(s.price = 0, false) as is_trial
    from subscriptions as s
    inner join customers as c on s.customer_id = c.customer_id
    inner join calendar as k on s.started_on <= k.as_of
    where c.erased_at is null
),

first_contracts as (
    select
        customer_key,
        min(from_month) as first_month,
        min(started_on) as started_on
    from contracts
    group by customer_key
),

contacts as (
    select
        c.order_key as customer_key,
        i.occurred_on
    from interactions as i
    inner join customers as c on i.customer_id = c.customer_id
    inner join calendar as k on i.occurred_on <= k.as_of
    -- A ticket or a call is no use of what was bought.
    where i.kind in ('visit', 'page', 'search', 'cart', 'checkout', 'store_visit')
),

log as (
    select min(occurred_on) as log_from
    from contacts
),

-- Use is known since its log begins: on that day, and when a contract starts, all count as users.
uses as (
    select
        f.customer_key,
        i.occurred_on as used_on
    from contacts as i
    inner join first_contracts as f
        on i.customer_key = f.customer_key and i.occurred_on >= f.started_on
    union all
    select
        c.customer_key,
        case when c.started_on < l.log_from then l.log_from else c.started_on end as used_on
    from contracts as c
    inner join log as l on l.log_from is not null
),

use_months as (
    select
        u.customer_key,
        u.month_no,
        extract(year from u.used_on + k.silent_days) * 12
        + extract(month from u.used_on + k.silent_days) - 1 as silent_month,
        lead(u.month_no) over (partition by u.customer_key order by u.month_no) as next_month
    from (
        select
            customer_key,
            extract(year from used_on) * 12 + extract(month from used_on) - 1 as month_no,
            max(used_on) as used_on
        from uses
        group by
            customer_key,
            extract(year from used_on) * 12 + extract(month from used_on) - 1
    ) as u
    cross join calendar as k
),

contract_months as (
    select
        customer_key,
        from_month as at_month
    from contracts
    union
    select
        customer_key,
        end_month as at_month
    from contracts
    where end_month is not null
    union
    select
        customer_key,
        month_no as at_month
    from use_months
    union
    select
        customer_key,
        silent_month as at_month
    from use_months
    where next_month is null or silent_month < next_month
),

contract_states as (
    select
        m.customer_key,
        m.at_month,
        count(case when c.end_month is null or c.end_month > m.at_month then 1 end) as n_running,
        count(
            case
                when (c.end_month is null or c.end_month > m.at_month) and not c.is_trial then 1
            end
        ) as n_paid
    from contract_months as m
    inner join contracts as c
        on m.customer_key = c.customer_key and m.at_month >= c.from_month
    group by m.customer_key, m.at_month
),

-- Stages by number: text costs twice as much to sort by, or beside what is sorted.
stages as (
    select
        0 as stage_no,
        'prospect' as stage
    union all
    select
        1 as stage_no,
        'new' as stage
    union all
    select
        2 as stage_no,
        'growing' as stage
    union all
    select
        3 as stage_no,
        'loyal' as stage
    union all
    select
        4 as stage_no,
        'at_risk' as stage
    union all
    select
        5 as stage_no,
        'churned' as stage
    union all
    select
        6 as stage_no,
        'trial' as stage
    union all
    select
        7 as stage_no,
        'active' as stage
    union all
    select
        8 as stage_no,
        'silent' as stage
    union all
    select
        9 as stage_no,
        'ended' as stage
),

-- Two steps of a spell may fall into one month; they give one stage, and the next step drops one.
staged as (
    select
        1 as kind_no,
        s.customer_key,
        s.at_month,
        case
            when s.at_month >= s.churn_month then 5
            when s.at_month >= s.risk_month then 4
            when s.is_first and s.at_month = s.month_no then 1
            when s.at_month < s.unloyal_month then 3
            else 2
        end as stage_no
    from order_steps as s
    union all
    select
        0 as kind_no,
        s.customer_key,
        s.at_month,
        case
            when s.n_running = 0 then 9
            when s.n_paid = 0 then 6
            when u.silent_month <= s.at_month then 8
            else 7
        end as stage_no
    from contract_states as s
    left join use_months as u
        on s.customer_key = u.customer_key
        and s.at_month >= u.month_no
        and (u.next_month is null or s.at_month < u.next_month)
    union all
    -- Registered, and nothing bought yet; who registered before the data begin may have bought.
    select
        f.kind_no,
        c.order_key as customer_key,
        case
            when c.created_on < k.data_from then k.first_month
            else extract(year from c.created_on) * 12 + extract(month from c.created_on) - 1
        end as at_month,
        0 as stage_no
    from customers as c
    cross join calendar as k
    inner join (
        select 1 as kind_no
        union all
        select 0 as kind_no
    ) as f on c.created_on <= k.as_of and c.erased_at is null
    left join first_months as o on f.kind_no = 1 and c.order_key = o.customer_key
    left join first_contracts as t on f.kind_no = 0 and c.order_key = t.customer_key
    where
        coalesce(o.first_month, t.first_month, k.last_month + 1)
        > case
            when c.created_on < k.data_from then k.first_month
            else extract(year from c.created_on) * 12 + extract(month from c.created_on) - 1
        end
),

changes as (
    select
        s.kind_no,
        s.customer_key,
        s.at_month,
        s.stage_no,
        lag(s.stage_no) over (partition by s.kind_no, s.customer_key order by s.at_month)
            as stage_before
    from staged as s
    inner join calendar as k on s.at_month <= k.last_month
),

runs as (
    select
        kind_no,
        customer_key,
        at_month,
        stage_no,
        stage_before,
        lead(at_month) over (partition by kind_no, customer_key order by at_month) as until_month,
        lead(stage_no) over (partition by kind_no, customer_key order by at_month) as stage_after
    from changes
    where stage_before is null or stage_before <> stage_no
)

select
    case when r.kind_no = 1 then 'orders' else 'contracts' end as kind,
    r.customer_key as order_key,
    n.stage,
    b.stage as stage_before,
    cast(r.at_month as bigint) as from_month,
    cast(r.until_month as bigint) as until_month,
    a.stage as stage_after,
    cast(k.last_month as bigint) as last_month,
    cast(
        case
            when r.kind_no = 1 then k.observable_month
            when l.log_from is null then k.first_month
            else
                extract(year from l.log_from + k.silent_days) * 12
                + extract(month from l.log_from + k.silent_days) - 1
        end as bigint
    ) as observable_month
from runs as r
inner join stages as n on r.stage_no = n.stage_no
left join stages as b on r.stage_before = b.stage_no
left join stages as a on r.stage_after = a.stage_no
cross join calendar as k
cross join log as l
order by r.kind_no, r.customer_key, r.at_month

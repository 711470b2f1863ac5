-- one row per campaign, contacted or not, known before or not: customers, and sums of spend in equal windows
with campaign as (
    select
        g.campaign_id,
        g.started_on,
        g.ended_on,
        p.ends_on as as_of,
        s.data_from,
        date_diff('day', g.started_on, g.ended_on) + 1 as n_days,
        v.compare_days
    from campaigns as g
    inner join periods as p on p."window" = 'current' and g.started_on <= p.ends_on
    cross join snapshot as s
    cross join settings as v
),

days as (
    select
        c.order_key as customer_key,
        o.ordered_on,
        max(case when o.kind = 'sale' then 1 else 0 end) as is_bought,
        sum(o.amount) as net
    from orders as o
    inner join customers as c on o.customer_id = c.customer_id
    inner join periods as p on p."window" = 'current' and o.ordered_on <= p.ends_on
    where coalesce(o.status, 'completed') <> 'cancelled'
    group by c.order_key, o.ordered_on
),

first_days as (
    select
        customer_key,
        min(case when is_bought = 1 then ordered_on end) as first_on
    from days
    group by customer_key
),

buyers as (
    select
        f.customer_key,
        case
            when cast(c.created_at as date) < f.first_on then cast(c.created_at as date)
            else f.first_on
        end as seen_on
    from first_days as f
    inner join customers as c on f.customer_key = c.order_key
    where f.first_on is not null
),

reached as (
    select distinct
        campaign_id,
        customer_key
    from contact_outcomes
    where is_control = 0
),

-- A window knows whom it compares: seen before the earliest of the windows, or not.
seen as (
    select
        g.campaign_id,
        case when date_diff('day', b.seen_on, g.started_on) > 2 * g.n_days then 1 else 0 end
            as is_known,
        b.n
    from campaign as g
    cross join (select seen_on, count(*) as n from buyers group by seen_on) as b
),

everybody as (
    select
        campaign_id,
        is_known,
        sum(n) as n
    from seen
    group by campaign_id, is_known
),

contacted as (
    select
        r.campaign_id,
        case when date_diff('day', b.seen_on, g.started_on) > 2 * g.n_days then 1 else 0 end
            as is_known,
        count(*) as n
    from reached as r
    inner join buyers as b on r.customer_key = b.customer_key
    inner join campaign as g on r.campaign_id = g.campaign_id
    group by
        r.campaign_id,
        case when date_diff('day', b.seen_on, g.started_on) > 2 * g.n_days then 1 else 0 end
),

lagged as (
    select
        g.campaign_id,
        g.n_days,
        g.compare_days,
        g.started_on,
        d.customer_key,
        d.is_bought,
        d.net,
        date_diff('day', g.started_on, d.ordered_on) as lag_days
    from campaign as g
    inner join days as d
        on date_diff('day', g.started_on, d.ordered_on) between -2 * g.n_days and g.n_days - 1
        or date_diff('day', g.started_on, d.ordered_on)
        between -364 - g.compare_days and -365 + g.compare_days
        or date_diff('day', g.started_on, d.ordered_on)
        between -g.compare_days and g.compare_days - 1
),

spent as (
    select
        l.campaign_id,
        l.customer_key,
        sum(case when l.lag_days between 0 and l.n_days - 1 then l.net else 0 end) as during,
        sum(case when l.lag_days between -l.n_days and -1 then l.net else 0 end) as before,
        sum(case when l.lag_days between -2 * l.n_days and -l.n_days - 1 then l.net else 0 end)
            as earlier,
        sum(case when l.lag_days between 0 and l.compare_days - 1 then l.net else 0 end)
            as days_after,
        sum(case when l.lag_days between -l.compare_days and -1 then l.net else 0 end)
            as days_before,
        sum(
            case when l.lag_days between -364 and -365 + l.compare_days then l.net else 0 end
        ) as year_after,
        sum(
            case when l.lag_days between -364 - l.compare_days and -365 then l.net else 0 end
        ) as year_before,
        max(case when l.lag_days between 0 and l.compare_days - 1 then l.is_bought else 0 end)
            as is_after,
        max(case when l.lag_days between -l.compare_days and -1 then l.is_bought else 0 end)
            as is_before
    from lagged as l
    group by l.campaign_id, l.customer_key
),

grouped as (
    select
        t.campaign_id,
        case when r.customer_key is null then 0 else 1 end as is_contacted,
        case when date_diff('day', b.seen_on, g.started_on) > 2 * g.n_days then 1 else 0 end
            as is_known,
        t.during,
        t.before,
        t.earlier,
        t.during - t.before as change,
        t.before - t.earlier as change_before,
        t.days_after,
        t.days_before,
        t.days_after - t.days_before as days_change,
        t.year_after,
        t.year_before,
        t.is_after,
        t.is_before
    from spent as t
    inner join campaign as g on t.campaign_id = g.campaign_id
    inner join buyers as b on t.customer_key = b.customer_key
    left join reached as r
        on t.campaign_id = r.campaign_id and t.customer_key = r.customer_key
),

summed as (
    select
        campaign_id,
        is_contacted,
        is_known,
        sum(during) as during,
        sum(during * during) as during_squared,
        sum(before) as before,
        sum(before * before) as before_squared,
        sum(earlier) as earlier,
        sum(change * change) as change_squared,
        sum(change_before * change_before) as change_before_squared,
        sum(days_after) as days_after,
        sum(days_before) as days_before,
        sum(days_change * days_change) as days_change_squared,
        sum(year_after) as year_after,
        sum(year_before) as year_before,
        sum(is_after) as n_after,
        sum(is_before) as n_before
    from grouped
    group by campaign_id, is_contacted, is_known
),

sizes as (
    select
        e.campaign_id,
        1 as is_contacted,
        e.is_known,
        coalesce(k.n, 0) as n
    from everybody as e
    left join contacted as k on e.campaign_id = k.campaign_id and e.is_known = k.is_known
    union all
    select
        e.campaign_id,
        0 as is_contacted,
        e.is_known,
        e.n - coalesce(k.n, 0) as n
    from everybody as e
    left join contacted as k on e.campaign_id = k.campaign_id and e.is_known = k.is_known
)

select
    z.campaign_id,
    z.is_contacted,
    z.is_known,
    g.n_days,
    g.compare_days,
    g.ended_on <= g.as_of as is_ended,
    date_diff('day', g.data_from, g.started_on) >= 2 * g.n_days as has_before,
    date_diff('day', g.started_on, g.as_of) + 1 >= g.compare_days as is_comparable,
    date_diff('day', g.data_from, g.started_on) >= 364 + g.compare_days as has_year_before,
    cast(z.n as bigint) as n,
    coalesce(t.during, 0) as during,
    coalesce(t.during_squared, 0) as during_squared,
    coalesce(t.before, 0) as before,
    coalesce(t.before_squared, 0) as before_squared,
    coalesce(t.earlier, 0) as earlier,
    coalesce(t.change_squared, 0) as change_squared,
    coalesce(t.change_before_squared, 0) as change_before_squared,
    coalesce(t.days_after, 0) as days_after,
    coalesce(t.days_before, 0) as days_before,
    coalesce(t.days_change_squared, 0) as days_change_squared,
    coalesce(t.year_after, 0) as year_after,
    coalesce(t.year_before, 0) as year_before,
    cast(coalesce(t.n_after, 0) as bigint) as n_after,
    cast(coalesce(t.n_before, 0) as bigint) as n_before
from sizes as z
inner join campaign as g on z.campaign_id = g.campaign_id
left join summed as t
    on z.campaign_id = t.campaign_id
    and z.is_contacted = t.is_contacted
    and z.is_known = t.is_known
where z.n > 0
order by g.started_on, z.campaign_id, z.is_contacted desc, z.is_known desc

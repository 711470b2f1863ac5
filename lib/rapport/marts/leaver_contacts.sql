-- one row per customer and kind of contact, of those whose contract ended and of those like them
with days as (
    select
        p.ends_on as as_of,
        i.first_on
    from periods as p
    cross join (
        select min(occurred_on) as first_on
        from interactions
        where customer_id is not null
    ) as i
    where p."window" = 'current'
),

-- Contracts of a plan by their begin: neighbours have run for as long on any day. An end after as_of
-- is not known yet.
contracts as (
    select
        c.order_key as customer_key,
        s.customer_id,
        s.plan,
        s.started_on,
        case when s.ended_on <= d.as_of then s.ended_on end as ended_on,
        coalesce(s.end_reason in ('involuntary', 'payment', 'death', 'fraud'), false)
            as is_involuntary,
        row_number() over (partition by s.plan order by s.started_on, c.order_key) as place
    from subscriptions as s
    inner join customers as c on s.customer_id = c.customer_id
    inner join days as d on s.started_on <= d.as_of
),

-- Ended by choice in the last year, and the ninety days before are days of which contacts are kept.
ended as (
    select
        l.customer_key,
        l.customer_id,
        l.plan,
        l.started_on,
        l.ended_on,
        l.place,
        date_diff('day', l.started_on, l.ended_on) as tenure_days
    from contracts as l
    inner join days as d
        on l.ended_on is not null
        and date_diff('day', l.ended_on, d.as_of) < 365
        and date_diff('day', d.first_on, l.ended_on) >= 90
    where not l.is_involuntary
),

-- Whoever has another contract on that day has changed it, and not left.
moved as (
    select distinct
        l.plan,
        l.place
    from ended as l
    inner join contracts as o
        on l.customer_key = o.customer_key
        and l.started_on <> o.started_on
        and o.started_on <= l.ended_on
        and coalesce(o.ended_on > l.ended_on, true)
),

leavers as (
    select
        l.customer_key,
        l.customer_id,
        l.plan,
        l.ended_on,
        l.place,
        l.tenure_days
    from ended as l
    left join moved as m on l.plan = m.plan and l.place = m.place
    where m.plan is null
),

steps as (
    select 1 as step
    union all
    select 2 as step
    union all
    select 3 as step
    union all
    select 4 as step
    union all
    select 5 as step
    union all
    select 6 as step
    union all
    select 7 as step
    union all
    select 8 as step
),

near as (
    select
        l.plan,
        l.place,
        t.step,
        l.place - t.step as other_place
    from leavers as l
    cross join steps as t
    union all
    select
        l.plan,
        l.place,
        t.step,
        l.place + t.step as other_place
    from leavers as l
    cross join steps as t
),

-- Stayers: of the same plan, as long with us within a band, and running on for a month.
alike as (
    select
        l.plan,
        l.place,
        l.ended_on as day_on,
        s.customer_key,
        s.customer_id,
        row_number() over (
            partition by l.plan, l.place order by n.step, s.place
        ) as nth
    from leavers as l
    inner join near as n on l.plan = n.plan and l.place = n.place
    inner join contracts as s
        on n.plan = s.plan
        and n.other_place = s.place
        and l.customer_key <> s.customer_key
        and s.started_on < l.ended_on
        and coalesce(date_diff('day', l.ended_on, s.ended_on) > 30, true)
    where
        case
            when l.tenure_days < 90 then 1
            when l.tenure_days < 180 then 2
            when l.tenure_days < 365 then 3
            when l.tenure_days < 730 then 4
            else 5
        end
        = case
            when date_diff('day', s.started_on, l.ended_on) < 90 then 1
            when date_diff('day', s.started_on, l.ended_on) < 180 then 2
            when date_diff('day', s.started_on, l.ended_on) < 365 then 3
            when date_diff('day', s.started_on, l.ended_on) < 730 then 4
            else 5
        end
),

nearest as (
    select
        plan,
        place,
        max(nth) as n_alike
    from alike
    where nth <= 4
    group by plan, place
),

-- A leaver counts as much as all the stayers beside it: twelve parts, of one to four stayers.
watched as (
    select
        l.customer_key,
        l.customer_id,
        l.ended_on as day_on,
        12 as left_parts,
        0 as stayed_parts
    from leavers as l
    inner join nearest as n on l.plan = n.plan and l.place = n.place
    union all
    select
        a.customer_key,
        a.customer_id,
        a.day_on,
        0 as left_parts,
        case n.n_alike when 1 then 12 when 2 then 6 when 3 then 4 else 3 end as stayed_parts
    from alike as a
    inner join nearest as n on a.plan = n.plan and a.place = n.place
    where a.nth <= 4
),

asked as (
    select
        customer_key,
        customer_id,
        day_on,
        sum(left_parts) as left_parts,
        sum(stayed_parts) as stayed_parts
    from watched
    group by customer_key, customer_id, day_on
),

contacts as (
    select
        a.customer_key,
        a.left_parts,
        a.stayed_parts,
        date_diff('day', i.occurred_on, a.day_on) as days_before,
        case when i.kind = 'ticket' then '_ticket' else '_contact' end as topic,
        case when i.kind = 'ticket' then coalesce(i.ticket_topic, 'unknown') end as ticket_topic
    from asked as a
    inner join interactions as i
        on a.customer_id = i.customer_id
        and i.occurred_on < a.day_on
        and date_diff('day', i.occurred_on, a.day_on) <= 90
),

kinds as (
    select
        customer_key,
        left_parts,
        stayed_parts,
        days_before,
        topic
    from contacts
    union all
    select
        customer_key,
        left_parts,
        stayed_parts,
        days_before,
        ticket_topic as topic
    from contacts
    where ticket_topic is not null
),

counted as (
    select
        customer_key,
        '_all' as topic,
        sum(left_parts) as left_parts,
        sum(stayed_parts) as stayed_parts,
        0 as left_30,
        0 as left_60,
        0 as left_90,
        0 as stayed_30,
        0 as stayed_60,
        0 as stayed_90
    from asked
    group by customer_key
    union all
    select
        l.customer_key,
        '_alone' as topic,
        12 * count(*) as left_parts,
        0 as stayed_parts,
        0 as left_30,
        0 as left_60,
        0 as left_90,
        0 as stayed_30,
        0 as stayed_60,
        0 as stayed_90
    from leavers as l
    left join nearest as n on l.plan = n.plan and l.place = n.place
    where n.plan is null
    group by l.customer_key
    union all
    select
        customer_key,
        topic,
        0 as left_parts,
        0 as stayed_parts,
        sum(case when days_before <= 30 then left_parts else 0 end) as left_30,
        sum(case when days_before <= 60 then left_parts else 0 end) as left_60,
        sum(left_parts) as left_90,
        sum(case when days_before <= 30 then stayed_parts else 0 end) as stayed_30,
        sum(case when days_before <= 60 then stayed_parts else 0 end) as stayed_60,
        sum(stayed_parts) as stayed_90
    from kinds
    group by customer_key, topic
)

select
    customer_key,
    topic,
    left_parts,
    stayed_parts,
    left_30,
    left_60,
    left_90,
    stayed_30,
    stayed_60,
    stayed_90
from counted
order by topic, customer_key

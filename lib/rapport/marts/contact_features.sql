-- one row per window (train, test, score) and customer: the life before a contact, and the answer to it
with told as (
    select max(is_redeemed) as has_redemptions
    from contact_outcomes
),

answered as (
    select
        k.campaign_id,
        k.customer_key,
        k.started_on,
        k.ended_on,
        k.assigned_on,
        k.tenure_days,
        k.days_since_last_order,
        k.n_order_days,
        k.n_order_days_90,
        k.gross,
        k.n_contacts_before,
        case when t.has_redemptions = 1 then k.is_redeemed else k.is_converted end as is_answered,
        -- Coupons can be redeemed until the campaign ends; sales count for a few days.
        case when t.has_redemptions = 1 then k.is_running else k.is_open end as is_open
    from contact_outcomes as k
    cross join told as t
    where k.is_control = 0
),

sizes as (
    select
        campaign_id,
        min(started_on) as started_on,
        max(is_open) as is_open,
        count(*) as n
    from answered
    group by campaign_id
),

newest as (
    select
        campaign_id,
        started_on,
        row_number() over (order by started_on desc, campaign_id desc) as place
    from sizes
    where is_open = 0 and n >= 200
),

-- Of each customer the last contact whose answer was known when the test campaign began.
earlier as (
    select
        a.*,
        row_number() over (
            partition by a.customer_key order by a.assigned_on desc, a.campaign_id desc
        ) as place
    from answered as a
    cross join settings as v
    cross join told as t
    inner join newest as n on n.place = 1
    where
        a.campaign_id <> n.campaign_id
        and (
            (t.has_redemptions = 1 and a.ended_on < n.started_on)
            or (
                t.has_redemptions = 0
                and date_diff('day', a.assigned_on, n.started_on) > v.window_days
            )
        )
),

days as (
    select
        c.order_key as customer_key,
        o.ordered_on,
        sum(o.amount) as gross
    from orders as o
    inner join customers as c on o.customer_id = c.customer_id
    where o.kind = 'sale' and coalesce(o.status, 'completed') <> 'cancelled'
    group by c.order_key, o.ordered_on
),

met as (
    select
        customer_key,
        count(*) as n_contacts
    from answered
    group by customer_key
),

today as (
    select
        m.customer_key,
        min(m.n_contacts) as n_contacts_before,
        date_diff('day', coalesce(max(d.ordered_on), min(s.data_from)), min(p.ends_on))
            as days_since_last_order,
        case
            when min(d.ordered_on) is null then 0
            else date_diff('day', min(d.ordered_on), min(p.ends_on))
        end as tenure_days,
        count(d.ordered_on) as n_order_days,
        count(case when date_diff('day', d.ordered_on, p.ends_on) < 90 then d.ordered_on end)
            as n_order_days_90,
        coalesce(sum(d.gross), 0) as gross
    from met as m
    inner join periods as p on p."window" = 'current'
    cross join snapshot as s
    left join days as d on m.customer_key = d.customer_key and d.ordered_on <= p.ends_on
    group by m.customer_key
),

rows_of as (
    select
        'train' as "window",
        1 as position,
        campaign_id,
        customer_key,
        tenure_days,
        days_since_last_order,
        n_order_days,
        n_order_days_90,
        gross,
        n_contacts_before,
        is_answered
    from earlier
    where place = 1
    union all
    select
        'test' as "window",
        2 as position,
        a.campaign_id,
        a.customer_key,
        a.tenure_days,
        a.days_since_last_order,
        a.n_order_days,
        a.n_order_days_90,
        a.gross,
        a.n_contacts_before,
        a.is_answered
    from answered as a
    inner join newest as n on n.place = 1 and a.campaign_id = n.campaign_id
    union all
    select
        'score' as "window",
        3 as position,
        null as campaign_id,
        customer_key,
        tenure_days,
        days_since_last_order,
        n_order_days,
        n_order_days_90,
        gross,
        n_contacts_before,
        null as is_answered
    from today
)

select
    r."window",
    r.campaign_id,
    c.customer_id,
    c.order_key,
    r.tenure_days,
    r.days_since_last_order,
    r.n_order_days,
    r.n_order_days_90,
    r.gross,
    r.n_contacts_before,
    cast(r.is_answered as bigint) as is_answered
from rows_of as r
inner join customers as c on r.customer_key = c.order_key
order by r.position, c.order_key

-- one row per window (current, previous) and customer with a charged order or return by its last day
with ends as (
    select
        "window",
        position,
        ends_on
    from periods
    where "window" in ('current', 'previous')
),

-- What a unit does not deliver is unknown, not none.
delivered as (
    select
        (select count(*) from interactions) as n_interactions,
        (select count(*) from orders where discount is not null) as n_discounts
),

known as (
    select
        e."window",
        e.position,
        o.customer_key,
        count(case when o.discount > 0 then o.gross end) as n_discounted_orders
    from ends as e
    inner join charged_orders as o on o.ordered_on <= e.ends_on
    group by e."window", e.position, o.customer_key
),

ranked_gaps as (
    select
        e."window",
        o.customer_key,
        date_diff('day', o.ordered_on, o.next_on) as gap_days,
        row_number() over (
            partition by e."window", o.customer_key
            order by date_diff('day', o.ordered_on, o.next_on)
        ) as place,
        count(*) over (partition by e."window", o.customer_key) as n_gaps
    from ends as e
    inner join charged_orders as o on o.next_on <= e.ends_on
),

-- The median of the one or two in the middle is that of all, which need not lie in memory.
gaps as (
    select
        "window",
        customer_key,
        -- of whole days: a half at most
        cast(median(gap_days) as decimal(9, 1)) as median_gap_days
    from ranked_gaps
    where 2 * place between n_gaps and n_gaps + 2
    group by "window", customer_key
),

channel_orders as (
    select
        e."window",
        o.customer_key,
        o.channel,
        count(*) as n_orders
    from ends as e
    inner join charged_orders as o
        on o.ordered_on <= e.ends_on and o.gross is not null and o.channel is not null
    group by e."window", o.customer_key, o.channel
),

-- Of equals the first by name: a total order, so every engine takes the same.
channel_ranks as (
    select
        "window",
        customer_key,
        channel,
        row_number() over (
            partition by "window", customer_key order by n_orders desc, channel
        ) as place
    from channel_orders
),

channels as (
    select
        "window",
        customer_key,
        min(case when place = 1 then channel end) as main_channel,
        count(*) as n_channels
    from channel_ranks
    group by "window", customer_key
),

category_days as (
    select
        c.order_key as customer_key,
        p.category_1 as category,
        l.ordered_on,
        sum(l.amount) as net,
        count(case when l.kind = 'sale' then 1 end) as n_lines
    from order_lines as l
    inner join customers as c on l.customer_id = c.customer_id
    inner join products as p on l.product_id = p.product_id
    where coalesce(l.status, 'completed') <> 'cancelled' and p.category_1 is not null
    group by c.order_key, p.category_1, l.ordered_on
),

category_spend as (
    select
        e."window",
        d.customer_key,
        d.category,
        sum(d.net) as net
    from ends as e
    inner join category_days as d on d.ordered_on <= e.ends_on
    group by e."window", d.customer_key, d.category
    having sum(d.n_lines) > 0
),

category_ranks as (
    select
        "window",
        customer_key,
        category,
        row_number() over (
            partition by "window", customer_key order by net desc, category
        ) as place
    from category_spend
),

categories as (
    select
        "window",
        customer_key,
        min(case when place = 1 then category end) as top_category,
        count(*) as n_categories
    from category_ranks
    group by "window", customer_key
),

-- A session is one visit; a contact without one counts if it says that it is a visit.
contacts as (
    select
        e."window",
        c.order_key as customer_key,
        count(distinct case
            when i.kind <> 'ticket' and date_diff('day', i.occurred_on, e.ends_on) < 30
            then i.session_id
        end) as n_sessions,
        count(case
            when
                i.session_id is null and i.kind in ('visit', 'store_visit')
                and date_diff('day', i.occurred_on, e.ends_on) < 30
            then 1
        end) as n_lone_visits,
        count(case when i.kind = 'ticket' then 1 end) as n_tickets
    from ends as e
    inner join interactions as i
        on i.occurred_on <= e.ends_on and date_diff('day', i.occurred_on, e.ends_on) < 90
    inner join customers as c on i.customer_id = c.customer_id
    group by e."window", c.order_key
),

answers as (
    select
        e."window",
        c.order_key as customer_key,
        s.nps,
        row_number() over (
            partition by e."window", c.order_key
            order by s.answered_on desc, s.answered_at desc, s.survey_id desc
        ) as place
    from ends as e
    inner join surveys as s on s.answered_on <= e.ends_on and s.nps is not null
    inner join customers as c on s.customer_id = c.customer_id
)

select
    k."window",
    c.customer_id,
    c.order_key,
    g.median_gap_days,
    h.main_channel,
    h.n_channels,
    case when d.n_discounts > 0 then k.n_discounted_orders end as n_discounted_orders,
    t.top_category,
    t.n_categories,
    case
        when d.n_interactions > 0 then coalesce(i.n_sessions, 0) + coalesce(i.n_lone_visits, 0)
    end as n_visits_30d,
    case when d.n_interactions > 0 then coalesce(i.n_tickets, 0) end as n_tickets_90d,
    a.nps as last_nps
from known as k
cross join delivered as d
inner join customers as c on k.customer_key = c.order_key
left join gaps as g on k."window" = g."window" and k.customer_key = g.customer_key
left join channels as h on k."window" = h."window" and k.customer_key = h.customer_key
left join categories as t on k."window" = t."window" and k.customer_key = t.customer_key
left join contacts as i on k."window" = i."window" and k.customer_key = i.customer_key
left join answers as a
    on k."window" = a."window" and k.customer_key = a.customer_key and a.place = 1
order by k.position, c.order_key

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

-- Both ends side by side: what a customer did is gone through once for the two of them.
days as (
    select
        max(case when "window" = 'current' then ends_on end) as current_on,
        max(case when "window" = 'previous' then ends_on end) as previous_on
    from ends
),

known as (
    select
        o.customer_key,
        min(o.ordered_on) as first_on,
        count(case when o.discount > 0 then o.gross end) as n_discounted,
        count(case when o.discount > 0 and o.ordered_on <= d.previous_on then o.gross end)
            as n_discounted_before,
        count(case when o.next_on <= d.current_on then 1 end) as n_gaps,
        count(case when o.next_on <= d.previous_on then 1 end) as n_gaps_before
    from charged_orders as o
    inner join days as d on o.ordered_on <= d.current_on
    group by o.customer_key
),

-- Nothing is null here; it is said for warehouses that cannot put nulls last in such a window.
ranked_gaps as (
    select
        o.customer_key,
        date_diff('day', o.ordered_on, o.next_on) as gap_days,
        o.next_on <= d.previous_on as is_before,
        row_number() over (
            partition by o.customer_key
            order by date_diff('day', o.ordered_on, o.next_on) nulls first, o.next_on nulls first
        ) as place,
        count(case when o.next_on <= d.previous_on then 1 end) over (
            partition by o.customer_key
            order by date_diff('day', o.ordered_on, o.next_on) nulls first, o.next_on nulls first
        ) as place_before
    from charged_orders as o
    inner join days as d on o.next_on <= d.current_on
),

-- The median of the one or two in the middle is that of all, which need not lie in memory.
middle_gaps as (
    select
        g.customer_key,
        case when 2 * g.place between k.n_gaps and k.n_gaps + 2 then g.gap_days end as gap_days,
        case
            when
                g.is_before
                and 2 * g.place_before between k.n_gaps_before and k.n_gaps_before + 2
                then g.gap_days
        end as gap_days_before
    from ranked_gaps as g
    inner join known as k on g.customer_key = k.customer_key
),

gaps as (
    select
        customer_key,
        -- of whole days: a half at most
        cast(median(gap_days) as decimal(9, 1)) as gap_days,
        cast(median(gap_days_before) as decimal(9, 1)) as gap_days_before
    from middle_gaps
    where gap_days is not null or gap_days_before is not null
    group by customer_key
),

-- Of equals the first by name: a total order, so every engine takes the same. Its place among the
-- names is part of the number that is greatest, so nothing has to be sorted.
names as (
    select
        channel,
        row_number() over (order by channel) as place
    from (
        select distinct channel
        from charged_orders
        where channel is not null
    ) as used
),

channel_orders as (
    select
        o.customer_key,
        o.channel,
        count(*) as n_orders,
        count(case when o.ordered_on <= d.previous_on then 1 end) as n_orders_before
    from charged_orders as o
    inner join days as d
        on o.ordered_on <= d.current_on and o.gross is not null and o.channel is not null
    group by o.customer_key, o.channel
),

channels as (
    select
        c.customer_key,
        max(c.n_orders) as n_most,
        max(1000 * c.n_orders + 999 - n.place) as most,
        max(c.n_orders_before) as n_most_before,
        max(case when c.n_orders_before > 0 then 1000 * c.n_orders_before + 999 - n.place end)
            as most_before,
        count(*) as n_channels,
        count(case when c.n_orders_before > 0 then 1 end) as n_channels_before
    from channel_orders as c
    inner join names as n on c.channel = n.channel
    group by c.customer_key
),

habits as (
    select
        e."window",
        e.position,
        k.customer_key,
        case when e."window" = 'current' then g.gap_days else g.gap_days_before end
            as median_gap_days,
        case
            when e."window" = 'current' then h.most - 1000 * h.n_most
            else h.most_before - 1000 * h.n_most_before
        end as most,
        case when e."window" = 'current' then h.n_channels else h.n_channels_before end
            as n_channels,
        case when e."window" = 'current' then k.n_discounted else k.n_discounted_before end
            as n_discounted_orders
    from ends as e
    inner join known as k on e.ends_on >= k.first_on
    left join gaps as g on k.customer_key = g.customer_key
    left join channels as h on k.customer_key = h.customer_key
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
    k.median_gap_days,
    n.channel as main_channel,
    case when k.n_channels > 0 then k.n_channels end as n_channels,
    case when d.n_discounts > 0 then k.n_discounted_orders end as n_discounted_orders,
    t.top_category,
    t.n_categories,
    case
        when d.n_interactions > 0 then coalesce(i.n_sessions, 0) + coalesce(i.n_lone_visits, 0)
    end as n_visits_30d,
    case when d.n_interactions > 0 then coalesce(i.n_tickets, 0) end as n_tickets_90d,
    a.nps as last_nps
from habits as k
cross join delivered as d
inner join customers as c on k.customer_key = c.order_key
left join names as n on k.most = 999 - n.place
left join categories as t on k."window" = t."window" and k.customer_key = t.customer_key
left join contacts as i on k."window" = i."window" and k.customer_key = i.customer_key
left join answers as a
    on k."window" = a."window" and k.customer_key = a.customer_key and a.place = 1
order by k.position, c.order_key

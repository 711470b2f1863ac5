-- one row per channel and length of path: orders first met, last met, and touches on their paths
with bought as (
    select
        o.customer_id,
        o.ordered_on,
        count(*) as n_orders
    from orders as o
    inner join periods as p
        on p."window" = 'current' and o.ordered_on between p.starts_on and p.ends_on
    where
        o.kind = 'sale'
        and o.customer_id is not null
        and coalesce(o.status, 'completed') <> 'cancelled'
    group by o.customer_id, o.ordered_on
),

-- A channel on a day is one touch, however many pages were looked at.
touches as (
    select
        customer_id,
        occurred_on,
        channel,
        min(occurred_at) as occurred_at
    from (
        select
            customer_id,
            occurred_on,
            channel,
            occurred_at
        from interactions
        where customer_id is not null and kind <> 'ticket'
        union all
        select
            k.customer_id,
            cast(k.clicked_at as date) as occurred_on,
            g.channel,
            k.clicked_at as occurred_at
        from campaign_contacts as k
        inner join campaigns as g on k.campaign_id = g.campaign_id
        where k.clicked_at is not null and g.channel is not null
    ) as t
    group by customer_id, occurred_on, channel
),

met as (
    select
        b.customer_id,
        b.ordered_on,
        b.n_orders,
        t.channel,
        row_number() over (
            partition by b.customer_id, b.ordered_on order by t.occurred_at, t.channel
        ) as place,
        count(*) over (partition by b.customer_id, b.ordered_on) as n_touches
    from bought as b
    inner join touches as t
        on b.customer_id = t.customer_id
        and date_diff('day', t.occurred_on, b.ordered_on) between 0 and 29
),

summed as (
    select
        channel,
        n_touches,
        sum(case when place = 1 then n_orders else 0 end) as n_first,
        sum(case when place = n_touches then n_orders else 0 end) as n_last,
        sum(n_orders) as n_on_path
    from met
    group by channel, n_touches
    union all
    select
        'none' as channel,
        0 as n_touches,
        coalesce(sum(b.n_orders), 0) as n_first,
        coalesce(sum(b.n_orders), 0) as n_last,
        coalesce(sum(b.n_orders), 0) as n_on_path
    from bought as b
    left join met as m
        on b.customer_id = m.customer_id and b.ordered_on = m.ordered_on and m.place = 1
    where m.place is null
)

select
    channel,
    n_touches,
    cast(n_first as bigint) as n_first,
    cast(n_last as bigint) as n_last,
    cast(n_on_path as bigint) as n_on_path
from summed
order by n_touches, channel

-- one row per window (current, previous, last_year), dimension (channel, region, country) and group
with charged as (
    select
        p."window",
        p.position,
        o.channel,
        c.region,
        c.country,
        c.order_key as customer_key,
        o.kind,
        o.amount
    from orders as o
    inner join periods as p
        on p."window" in ('current', 'previous', 'last_year')
        and o.ordered_on between p.starts_on and p.ends_on
    left join customers as c on o.customer_id = c.customer_id
    where coalesce(o.status, 'completed') <> 'cancelled'
),

-- A group without a name is unknown: no channel was delivered, or no customer is known.
named as (
    select
        "window",
        position,
        'channel' as dimension,
        channel as name,
        customer_key,
        kind,
        amount
    from charged
    union all
    select
        "window",
        position,
        'country' as dimension,
        country as name,
        customer_key,
        kind,
        amount
    from charged
    union all
    select
        "window",
        position,
        'region' as dimension,
        region as name,
        customer_key,
        kind,
        amount
    from charged
),

grouped as (
    select
        "window",
        position,
        dimension,
        name,
        count(distinct case when kind = 'sale' then customer_key end) as n_customers,
        count(case when kind = 'sale' then 1 end) as n_orders,
        coalesce(sum(case when kind = 'sale' then amount end), 0) as gross,
        coalesce(sum(case when kind = 'return' then amount end), 0) as returns,
        sum(amount) as net
    from named
    group by "window", position, dimension, name
)

select
    "window",
    dimension,
    name,
    n_customers,
    n_orders,
    gross,
    returns,
    net
from grouped
order by position, dimension, coalesce(name, ''), name

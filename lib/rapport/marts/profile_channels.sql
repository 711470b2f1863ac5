-- one row per main channel and number of channels: customers who bought in rfm_days up to as_of
with customer_channels as (
    select
        c.order_key as customer_key,
        o.channel,
        count(*) as n_orders,
        sum(o.amount) as gross
    from orders as o
    inner join periods as p on p."window" = 'current' and o.ordered_on <= p.ends_on
    inner join settings as v on date_diff('day', o.ordered_on, p.ends_on) < v.rfm_days
    inner join customers as c on o.customer_id = c.customer_id
    where o.kind = 'sale' and coalesce(o.status, 'completed') <> 'cancelled'
    group by c.order_key, o.channel
),

ranked as (
    select
        customer_key,
        channel,
        -- A channel that was not delivered is the main one only where there is no other.
        row_number() over (
            partition by customer_key
            order by case when channel is null then 1 else 0 end, n_orders desc, gross desc, channel
        ) as place,
        count(channel) over (partition by customer_key) as n_channels
    from customer_channels
)

select
    channel,
    n_channels,
    count(*) as n_customers
from ranked
where place = 1
group by channel, n_channels
order by coalesce(channel, ''), channel, n_channels

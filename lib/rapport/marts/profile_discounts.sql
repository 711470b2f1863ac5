-- one row per number of orders and of discounted ones that customers had in rfm_days up to as_of
with customer_orders as (
    select
        c.order_key as customer_key,
        count(*) as n_orders,
        count(case when o.discount > 0 then 1 end) as n_discounted,
        count(o.discount) as n_known,
        sum(o.amount) as gross,
        coalesce(sum(case when o.discount > 0 then o.amount end), 0) as gross_discounted,
        coalesce(sum(o.discount), 0) as discount
    from orders as o
    inner join periods as p on p."window" = 'current' and o.ordered_on <= p.ends_on
    inner join settings as v on date_diff('day', o.ordered_on, p.ends_on) < v.rfm_days
    inner join customers as c on o.customer_id = c.customer_id
    where o.kind = 'sale' and coalesce(o.status, 'completed') <> 'cancelled'
    group by c.order_key
)

select
    n_orders,
    n_discounted,
    count(*) as n_customers,
    cast(sum(n_known) as bigint) as n_known,
    sum(gross) as gross,
    sum(gross_discounted) as gross_discounted,
    sum(discount) as discount
from customer_orders
group by n_orders, n_discounted
order by n_orders, n_discounted

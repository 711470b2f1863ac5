-- one row per window (current, previous, last_year) and customer who bought or returned in it
select
    p."window",
    o.customer_id,
    min(c.order_key) as order_key,
    count(case when o.kind = 'sale' then 1 end) as n_orders,
    coalesce(sum(case when o.kind = 'sale' then o.amount end), 0) as gross,
    coalesce(sum(case when o.kind = 'return' then o.amount end), 0) as returns,
    coalesce(sum(o.amount), 0) as net
from orders as o
inner join customers as c on o.customer_id = c.customer_id
inner join periods as p
    on p."window" in ('current', 'previous', 'last_year')
    and o.ordered_on between p.starts_on and p.ends_on
where coalesce(o.status, 'completed') <> 'cancelled'
group by p."window", o.customer_id
order by p."window", min(c.order_key)

-- one row per window (current, previous, last_year) and customer who bought or returned in it
with summed as (
    select
        p."window",
        o.customer_key,
        count(o.gross) as n_orders,
        coalesce(sum(o.gross), 0) as gross,
        coalesce(sum(o.returns), 0) as returns,
        coalesce(sum(coalesce(o.gross, o.returns)), 0) as net
    from charged_orders as o
    inner join periods as p
        on p."window" in ('current', 'previous', 'last_year')
        and o.ordered_on between p.starts_on and p.ends_on
    group by p."window", o.customer_key
)

select
    s."window",
    c.customer_id,
    c.order_key,
    s.n_orders,
    s.gross,
    s.returns,
    s.net
from summed as s
inner join customers as c on s.customer_key = c.order_key
order by s."window", c.order_key

-- one row per number of order days (3 is three or more) in the 365 days up to the last day
with bought as (
    select
        c.order_key,
        count(distinct o.ordered_on) as n_order_days
    from orders as o
    inner join customers as c on o.customer_id = c.customer_id
    inner join periods as p
        on p."window" = 'current'
        and o.ordered_on <= p.ends_on
        and date_diff('day', o.ordered_on, p.ends_on) < 365
    where o.kind = 'sale' and coalesce(o.status, 'completed') <> 'cancelled'
    group by c.order_key
),

asked as (
    select distinct c.order_key
    from surveys as s
    inner join customers as c on s.customer_id = c.customer_id
    inner join periods as p
        on p."window" = 'current'
        and s.invited_on <= p.ends_on
        and date_diff('day', s.invited_on, p.ends_on) < 365
)

select
    case when b.n_order_days < 3 then b.n_order_days else 3 end as n_order_days,
    count(*) as n_customers,
    count(a.order_key) as n_asked
from bought as b
left join asked as a on b.order_key = a.order_key
group by case when b.n_order_days < 3 then b.n_order_days else 3 end
order by n_order_days

-- one row per day after the cut: customers who had bought by the cut and bought on that day
with customer_days as (
    select distinct
        o.customer_id,
        o.ordered_on
    from orders as o
    inner join periods as p on p."window" = 'current' and o.ordered_on <= p.ends_on
    where
        o.kind = 'sale'
        and o.customer_id is not null
        and coalesce(o.status, 'completed') <> 'cancelled'
),

numbered as (
    select
        d.customer_id,
        d.ordered_on,
        -- As in customer_transactions.
        date_diff('day', s.data_from, d.ordered_on) + 1 <= 84
        or date_diff('day', s.data_from, d.ordered_on) + 1
        <= v.holdout_share * (date_diff('day', s.data_from, p.ends_on) + 1) as is_first_part
    from customer_days as d
    inner join periods as p on p."window" = 'current'
    cross join snapshot as s
    cross join settings as v
),

known as (
    select distinct customer_id
    from numbered
    where is_first_part
)

select
    n.ordered_on,
    count(*) as n_order_days
from numbered as n
inner join known as k on n.customer_id = k.customer_id
where not n.is_first_part
group by n.ordered_on
order by n.ordered_on

-- one row per day after the cut: customers who had bought by the cut and bought on that day
with numbered as (
    select
        d.customer_key,
        d.ordered_on,
        d.day_rank,
        -- As in customer_transactions.
        date_diff('day', s.data_from, d.ordered_on) + 1 <= 84
        or date_diff('day', s.data_from, d.ordered_on) + 1
        <= v.holdout_share * (date_diff('day', s.data_from, p.ends_on) + 1) as is_first_part
    from charged_orders as d
    inner join periods as p
        on p."window" = 'current' and d.day_rank is not null and d.ordered_on <= p.ends_on
    cross join snapshot as s
    cross join settings as v
)

select
    n.ordered_on,
    count(*) as n_order_days
from numbered as n
inner join numbered as k on n.customer_key = k.customer_key and k.day_rank = 1 and k.is_first_part
where not n.is_first_part
group by n.ordered_on
order by n.ordered_on

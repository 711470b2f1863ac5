-- one row per calendar month up to as_of in which something was bought or returned
with charged as (
    select
        o.month_no,
        o.kind,
        o.customer_id,
        o.amount
    from orders as o
    inner join periods as p on p."window" = 'current' and o.ordered_on <= p.ends_on
    where coalesce(o.status, 'completed') <> 'cancelled'
),

sums as (
    select
        month_no,
        sum(amount) as net,
        coalesce(sum(case when kind = 'sale' then amount end), 0) as gross,
        coalesce(sum(case when kind = 'return' then amount end), 0) as returns,
        count(case when kind = 'sale' then 1 end) as n_orders,
        count(case when kind = 'sale' and customer_id is not null then 1 end)
            as identified_orders,
        count(case when kind = 'return' and customer_id is not null then 1 end)
            as identified_returns
    from charged
    group by month_no
),

spells as (
    select
        extract(year from d.ordered_on) * 12 + extract(month from d.ordered_on) - 1 as month_no,
        case
            when d.next_on <= p.ends_on
                then extract(year from d.next_on) * 12 + extract(month from d.next_on) - 1
        end as next_month,
        d.order_rank,
        d.n
    from order_spells as d
    inner join periods as p on p."window" = 'current' and d.ordered_on <= p.ends_on
),

-- Of a customer's order days in a month the last one alone has its next one in another month.
buyers as (
    select
        month_no,
        sum(case when next_month is null or next_month > month_no then n else 0 end) as n_active,
        sum(case when order_rank = 1 then n else 0 end) as n_new
    from spells
    group by month_no
)

select
    s.month_no,
    s.net,
    s.gross,
    s.returns,
    s.n_orders,
    s.identified_orders,
    s.identified_returns,
    cast(coalesce(b.n_active, 0) as bigint) as n_active,
    cast(coalesce(b.n_new, 0) as bigint) as n_new
from sums as s
left join buyers as b on s.month_no = b.month_no
order by s.month_no

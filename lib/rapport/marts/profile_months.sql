-- one row per calendar month up to as_of in which something was bought or returned
with charged as (
    select
        o.month_no,
        o.customer_id,
        o.kind,
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
        count(case when kind = 'sale' then 1 end) as n_orders
    from charged
    group by month_no
),

-- Whole numbers as keys: grouping by the text of a pseudonym costs three times as much.
customer_months as (
    select distinct
        c.order_key as customer_key,
        o.month_no
    from charged as o
    inner join customers as c on o.customer_id = c.customer_id
    where o.kind = 'sale'
),

buyers as (
    select
        month_no,
        count(*) as n_active
    from customer_months
    group by month_no
),

first_months as (
    select
        customer_key,
        min(month_no) as month_no
    from customer_months
    group by customer_key
),

newcomers as (
    select
        month_no,
        count(*) as n_new
    from first_months
    group by month_no
)

select
    s.month_no,
    s.net,
    s.gross,
    s.returns,
    s.n_orders,
    coalesce(b.n_active, 0) as n_active,
    coalesce(n.n_new, 0) as n_new
from sums as s
left join buyers as b on s.month_no = b.month_no
left join newcomers as n on s.month_no = n.month_no
order by s.month_no

-- one row per window (current, previous, last_year) and category of products
with sold as (
    select
        p."window",
        p.position,
        g.category_1 as category,
        c.order_key as customer_key,
        l.kind,
        l.amount
    from order_lines as l
    inner join periods as p
        on p."window" in ('current', 'previous', 'last_year')
        and l.ordered_on between p.starts_on and p.ends_on
    left join products as g on l.product_id = g.product_id
    left join customers as c on l.customer_id = c.customer_id
    where coalesce(l.status, 'completed') <> 'cancelled'
),

-- A category without a name is unknown: the product is not listed, or not under any category.
grouped as (
    select
        "window",
        position,
        category,
        count(distinct case when kind = 'sale' then customer_key end) as n_customers,
        coalesce(sum(case when kind = 'sale' then amount end), 0) as gross,
        coalesce(sum(case when kind = 'return' then amount end), 0) as returns,
        sum(amount) as net
    from sold
    group by "window", position, category
)

select
    "window",
    category,
    n_customers,
    gross,
    returns,
    net
from grouped
order by position, coalesce(category, ''), category

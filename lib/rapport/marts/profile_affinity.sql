-- one row per attribute of customers, its value, and category, over rfm_days up to as_of
with customer_categories as (
    select
        c.order_key as customer_key,
        g.category_1 as category,
        sum(l.amount) as net,
        count(case when l.kind = 'sale' then 1 end) as n_lines
    from order_lines as l
    inner join periods as p on p."window" = 'current' and l.ordered_on <= p.ends_on
    inner join settings as v on date_diff('day', l.ordered_on, p.ends_on) < v.rfm_days
    inner join products as g on l.product_id = g.product_id
    inner join customers as c on l.customer_id = c.customer_id
    where coalesce(l.status, 'completed') <> 'cancelled' and g.category_1 is not null
    group by c.order_key, g.category_1
),

buyers as (
    select
        b.customer_key,
        b.category,
        b.net,
        c.age_band,
        c.gender,
        c.loyalty_tier,
        c.acquisition_channel
    from customer_categories as b
    inner join customers as c on b.customer_key = c.order_key
    where b.n_lines > 0
),

named as (
    select 'age_band' as attribute, age_band as name, category, customer_key, net from buyers
    union all
    select 'gender' as attribute, gender as name, category, customer_key, net from buyers
    union all
    select 'loyalty_tier' as attribute, loyalty_tier as name, category, customer_key, net
    from buyers
    union all
    select 'acquisition_channel' as attribute, acquisition_channel as name, category, customer_key,
        net
    from buyers
),

cells as (
    select
        attribute,
        name,
        category,
        count(*) as n_customers,
        sum(net) as net
    from named
    where name is not null
    group by attribute, name, category
),

totals as (
    select
        attribute,
        name,
        count(distinct customer_key) as n_customers
    from named
    where name is not null
    group by attribute, name
)

select
    c.attribute,
    c.name,
    c.category,
    c.n_customers,
    t.n_customers as n_customers_group,
    c.net
from cells as c
inner join totals as t on c.attribute = t.attribute and c.name = t.name
order by c.attribute, c.name, c.category

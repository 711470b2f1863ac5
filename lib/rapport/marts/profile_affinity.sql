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

totals as (
    select
        customer_key,
        sum(n_lines) as n_lines_all
    from customer_categories
    group by customer_key
),

buyers as (
    select
        b.customer_key,
        b.category,
        b.net,
        b.n_lines,
        t.n_lines_all,
        c.age_band,
        c.gender,
        c.loyalty_tier,
        c.acquisition_channel
    from customer_categories as b
    inner join totals as t on b.customer_key = t.customer_key
    inner join customers as c on b.customer_key = c.order_key
    where b.n_lines > 0
),

named as (
    select 'age_band' as attribute, age_band as name, b.* from buyers as b
    union all
    select 'gender' as attribute, gender as name, b.* from buyers as b
    union all
    select 'loyalty_tier' as attribute, loyalty_tier as name, b.* from buyers as b
    union all
    select 'acquisition_channel' as attribute, acquisition_channel as name, b.* from buyers as b
),

-- Lines are whole numbers, whose squares every engine sums exactly: they tell how far a share may
-- be off by chance, a customer's lines going together.
cells as (
    select
        attribute,
        name,
        category,
        count(*) as n_customers,
        sum(net) as net,
        sum(n_lines) as n_lines,
        sum(n_lines * n_lines) as n_squared,
        sum(n_lines * n_lines_all) as n_crossed,
        max(n_lines) as n_largest
    from named
    where name is not null
    group by attribute, name, category
),

members as (
    select distinct
        attribute,
        name,
        customer_key,
        n_lines_all
    from named
    where name is not null
),

wholes as (
    select
        attribute,
        name,
        count(*) as n_customers_group,
        sum(n_lines_all) as n_lines_group,
        sum(n_lines_all * n_lines_all) as n_squared_group,
        max(n_lines_all) as n_largest_group
    from members
    group by attribute, name
)

select
    c.attribute,
    c.name,
    c.category,
    c.n_customers,
    w.n_customers_group,
    c.net,
    cast(c.n_lines as bigint) as n_lines,
    cast(c.n_squared as bigint) as n_squared,
    cast(c.n_crossed as bigint) as n_crossed,
    cast(w.n_lines_group as bigint) as n_lines_group,
    cast(w.n_squared_group as bigint) as n_squared_group,
    cast(c.n_largest as bigint) as n_largest,
    cast(w.n_largest_group as bigint) as n_largest_group
from cells as c
inner join wholes as w on c.attribute = w.attribute and c.name = w.name
order by c.attribute, c.name, c.category

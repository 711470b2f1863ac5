-- one row per pair of different categories: the baskets that hold both, and those that hold each
with held as (
    select distinct
        i.basket_no,
        p.category
    from basket_items as i
    inner join pair_items as p on i.item_no = p.item_no
    where p.category is not null
),

sizes as (
    select
        basket_no,
        count(*) as n
    from held
    group by basket_no
),

whole as (
    select
        count(*) as n_baskets,
        sum(n) as n_items,
        sum(n * (n - 1)) as n_places
    from sizes
),

each as (
    select
        category,
        count(*) as n
    from held
    group by category
),

both_in as (
    select
        a.category as category_a,
        b.category as category_b,
        count(*) as n
    from held as a
    inner join held as b on a.basket_no = b.basket_no and a.category < b.category
    group by a.category, b.category
)

select
    x.category as category_a,
    y.category as category_b,
    x.n as n_a,
    y.n as n_b,
    coalesce(c.n, 0) as n_ab,
    w.n_baskets,
    w.n_items,
    w.n_places
from each as x
inner join each as y on x.category < y.category
cross join whole as w
left join both_in as c on x.category = c.category_a and y.category = c.category_b
order by x.category, y.category

-- one row per customer with five lines or more over rfm_days up to as_of: what was bought of the
-- eight categories that sold most
with bought as (
    select
        c.order_key as customer_key,
        g.category_1 as category,
        sum(l.amount) as gross,
        count(*) as n_lines
    from order_lines as l
    inner join periods as p on p."window" = 'current' and l.ordered_on <= p.ends_on
    inner join settings as v on date_diff('day', l.ordered_on, p.ends_on) < v.rfm_days
    inner join products as g on l.product_id = g.product_id
    inner join customers as c on l.customer_id = c.customer_id
    where
        l.kind = 'sale'
        and coalesce(l.status, 'completed') <> 'cancelled'
        and g.category_1 is not null
        and not coalesce(g.is_service, false)
    group by c.order_key, g.category_1
),

-- Of equals the first by name: a total order, so every engine takes the same.
ranked as (
    select
        category,
        row_number() over (order by sum(gross) desc, category) as place
    from bought
    group by category
),

names as (
    select
        count(*) as n_categories,
        min(case when place = 1 then category end) as name_1,
        min(case when place = 2 then category end) as name_2,
        min(case when place = 3 then category end) as name_3,
        min(case when place = 4 then category end) as name_4,
        min(case when place = 5 then category end) as name_5,
        min(case when place = 6 then category end) as name_6,
        min(case when place = 7 then category end) as name_7,
        min(case when place = 8 then category end) as name_8
    from ranked
),

summed as (
    select
        b.customer_key,
        sum(case when r.place = 1 then b.gross else 0 end) as gross_1,
        sum(case when r.place = 2 then b.gross else 0 end) as gross_2,
        sum(case when r.place = 3 then b.gross else 0 end) as gross_3,
        sum(case when r.place = 4 then b.gross else 0 end) as gross_4,
        sum(case when r.place = 5 then b.gross else 0 end) as gross_5,
        sum(case when r.place = 6 then b.gross else 0 end) as gross_6,
        sum(case when r.place = 7 then b.gross else 0 end) as gross_7,
        sum(case when r.place = 8 then b.gross else 0 end) as gross_8,
        sum(b.gross) as gross,
        sum(b.n_lines) as n_lines
    from bought as b
    inner join ranked as r on b.category = r.category
    group by b.customer_key
)

select
    c.customer_id,
    c.order_key,
    s.gross,
    cast(s.n_lines as bigint) as n_lines,
    n.n_categories,
    s.gross_1,
    s.gross_2,
    s.gross_3,
    s.gross_4,
    s.gross_5,
    s.gross_6,
    s.gross_7,
    s.gross_8,
    n.name_1,
    n.name_2,
    n.name_3,
    n.name_4,
    n.name_5,
    n.name_6,
    n.name_7,
    n.name_8
from summed as s
cross join names as n
inner join customers as c on s.customer_key = c.order_key
-- Of fewer lines a share tells what was bought once, not what somebody likes.
where s.n_lines >= 5 and s.gross > 0
order by c.order_key

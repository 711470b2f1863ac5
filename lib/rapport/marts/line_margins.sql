-- one row per window of the period: what sold in it with a known cost of the product, and that cost
select
    p."window",
    coalesce(sum(l.amount), 0) as gross,
    coalesce(sum(case when r.unit_cost is not null then l.amount end), 0) as gross_with_cost,
    coalesce(sum(case when r.unit_cost is not null then l.quantity * r.unit_cost end), 0) as cost
from periods as p
cross join settings as v
left join order_lines as l
    on
        l.kind = 'sale'
        and coalesce(l.status, 'completed') <> 'cancelled'
        and l.ordered_on <= p.ends_on
        and date_diff('day', l.ordered_on, p.ends_on) < v.rfm_days
left join products as r on l.product_id = r.product_id
where p."window" = 'current'
group by p."window"
order by p."window"

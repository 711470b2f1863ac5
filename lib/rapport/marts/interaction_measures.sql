-- one row per period's window: contacts in it, and the customers who had one
with counted as (
    select
        p."window",
        count(*) as n_contacts,
        count(i.customer_id) as n_known_contacts,
        count(distinct i.customer_id) as n_visitors
    from periods as p
    inner join interactions as i on i.occurred_on between p.starts_on and p.ends_on
    group by p."window"
)

select
    p."window",
    p.position,
    p.period,
    p.starts_on,
    p.ends_on,
    p.is_whole,
    p.is_comparable,
    coalesce(c.n_contacts, 0) as n_contacts,
    coalesce(c.n_known_contacts, 0) as n_known_contacts,
    coalesce(c.n_visitors, 0) as n_visitors
from periods as p
left join counted as c on p."window" = c."window"
where p.period is not null
order by p.position

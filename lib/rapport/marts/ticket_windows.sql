-- one row per period's window: tickets opened in it, and customers of the 365 days up to its end
with tickets as (
    select
        p."window",
        count(*) as n_tickets,
        count(distinct i.customer_id) as n_askers
    from periods as p
    inner join interactions as i on i.occurred_on between p.starts_on and p.ends_on
    where i.kind = 'ticket' and p.period is not null
    group by p."window"
),

-- When tickets begin to be kept: a window before says nothing.
begun as (
    select min(occurred_on) as first_on
    from interactions
    where kind = 'ticket'
),

days as (
    select distinct customer_id, ordered_on
    from orders
    where customer_id is not null and kind = 'sale' and coalesce(status, 'completed') <> 'cancelled'
),

bought as (
    select
        p."window",
        count(distinct d.customer_id) as n_customers
    from periods as p
    inner join days as d
        on d.ordered_on <= p.ends_on and date_diff('day', d.ordered_on, p.ends_on) < 365
    where p.period is not null
    group by p."window"
)

select
    p."window",
    p.position,
    p.period,
    p.is_whole,
    coalesce(p.is_comparable and b.first_on <= p.starts_on, false) as is_comparable,
    coalesce(t.n_tickets, 0) as n_tickets,
    coalesce(t.n_askers, 0) as n_askers,
    coalesce(c.n_customers, 0) as n_customers
from periods as p
cross join begun as b
left join tickets as t on p."window" = t."window"
left join bought as c on p."window" = c."window"
where p.period is not null
order by p.position

-- one row per customer whom an invitation of the 365 days up to the last day reached
select
    c.customer_id,
    c.order_key,
    count(*) as n_delivered,
    count(case when s.invited_on >= p.starts_on then 1 end) as n_delivered_now,
    count(case when s.answered_on <= p.ends_on then 1 end) as n_answered
from surveys as s
inner join customers as c on s.customer_id = c.customer_id
inner join periods as p
    on p."window" = 'current'
    and s.invited_on <= p.ends_on
    and date_diff('day', s.invited_on, p.ends_on) < 365
where s.invited_at is not null and (coalesce(s.delivered, true) or s.answered_on <= p.ends_on)
group by c.customer_id, c.order_key
order by c.order_key

-- one row per contract that began by the last day of the period: its months, and whether it has ended
select
    c.customer_id,
    c.order_key,
    s.plan,
    s.started_on,
    coalesce(s.renewal_months, 1) as renewal_months,
    s.price,
    case
        when s.ended_on <= p.ends_on
            then extract(year from s.ended_on) * 12 + extract(month from s.ended_on)
        else extract(year from p.ends_on) * 12 + extract(month from p.ends_on)
    end
    - (extract(year from s.started_on) * 12 + extract(month from s.started_on)) as n_months,
    coalesce(s.ended_on <= p.ends_on, false) as has_ended
from subscriptions as s
inner join customers as c on s.customer_id = c.customer_id
inner join periods as p on p."window" = 'current' and s.started_on <= p.ends_on
order by c.order_key, s.started_on, s.plan

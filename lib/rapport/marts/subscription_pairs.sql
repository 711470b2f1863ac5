-- one row per two kinds of contracts that one customer had: plan, months and end of both, and how many
with contracts as (
    select
        s.customer_id,
        s.plan,
        s.started_on,
        case
            when s.ended_on <= p.ends_on
                then extract(year from s.ended_on) * 12 + extract(month from s.ended_on)
            else extract(year from p.ends_on) * 12 + extract(month from p.ends_on)
        end
        - (extract(year from s.started_on) * 12 + extract(month from s.started_on)) as duration,
        coalesce(s.ended_on <= p.ends_on, false) as has_ended
    from subscriptions as s
    inner join periods as p on p."window" = 'current' and s.started_on <= p.ends_on
)

select
    a.plan as group_a,
    a.duration as duration_a,
    a.has_ended as event_a,
    b.plan as group_b,
    b.duration as duration_b,
    b.has_ended as event_b,
    count(*) as n
from contracts as a
inner join contracts as b on a.customer_id = b.customer_id and a.started_on < b.started_on
group by a.plan, a.duration, a.has_ended, b.plan, b.duration, b.has_ended
order by a.plan, a.duration, a.has_ended, b.plan, b.duration, b.has_ended

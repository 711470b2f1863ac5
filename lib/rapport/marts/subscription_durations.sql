-- one row per plan, whole calendar months, and whether (and how) the contract ended by as_of
with contracts as (
    select
        s.plan,
        extract(year from s.started_on) * 12 + extract(month from s.started_on) as first_month,
        case
            when s.ended_on <= p.ends_on
                then extract(year from s.ended_on) * 12 + extract(month from s.ended_on)
            else extract(year from p.ends_on) * 12 + extract(month from p.ends_on)
        end as last_month,
        coalesce(s.ended_on <= p.ends_on, false) as event_observed,
        coalesce(
            s.ended_on <= p.ends_on
            and s.end_reason in ('involuntary', 'payment', 'death', 'fraud'),
            false
        ) as involuntary
    from subscriptions as s
    inner join periods as p on p."window" = 'current' and s.started_on <= p.ends_on
)

select
    plan,
    last_month - first_month as duration_months,
    event_observed,
    involuntary,
    count(*) as n
from contracts
group by plan, last_month - first_month, event_observed, involuntary
order by plan, last_month - first_month, event_observed, involuntary

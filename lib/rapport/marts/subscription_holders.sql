-- one row per window and number of contracts that a customer held when it began, and of those that ended
with held as (
    select
        p."window",
        s.customer_id,
        count(*) as n_at_start,
        count(case when s.ended_on <= p.ends_on then 1 end) as n_ended,
        count(
            case
                when
                    s.ended_on <= p.ends_on
                    and s.end_reason in ('involuntary', 'payment', 'death', 'fraud')
                    then 1
            end
        ) as n_involuntary
    from periods as p
    inner join subscriptions as s
        on s.started_on < p.starts_on and coalesce(s.ended_on, p.ends_on) >= p.starts_on
    where p.period is not null
    group by p."window", s.customer_id
)

select
    "window",
    n_at_start,
    n_ended,
    n_involuntary,
    count(*) as n_customers
from held
group by "window", n_at_start, n_ended, n_involuntary
order by "window", n_at_start, n_ended, n_involuntary

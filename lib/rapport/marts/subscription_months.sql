-- one row per period's window: contracts running when it began, and how many of them ended in it
with counted as (
    select
        p."window",
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
    coalesce(c.n_at_start, 0) as n_at_start,
    coalesce(c.n_ended, 0) as n_ended,
    coalesce(c.n_involuntary, 0) as n_involuntary
from periods as p
left join counted as c on p."window" = c."window"
where p.period is not null
order by p.position

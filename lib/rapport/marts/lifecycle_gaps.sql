-- one row per number of days to a customer's next order day, and whether it came by as_of
with gaps as (
    select
        date_diff(
            'day', s.ordered_on, case when s.next_on <= a.ends_on then s.next_on else a.ends_on end
        ) as duration_days,
        coalesce(s.next_on <= a.ends_on, false) as event_observed,
        s.n
    from order_spells as s
    inner join periods as a on a."window" = 'current' and s.ordered_on <= a.ends_on
)

select
    duration_days,
    event_observed,
    cast(sum(n) as bigint) as n
from gaps
-- An order of the last day has been watched for no day at all.
where duration_days > 0
group by duration_days, event_observed
order by duration_days, event_observed

-- one row per stage, month ends spent in it, and whether the customer was seen to leave it
select
    kind,
    stage,
    coalesce(until_month, last_month) - from_month as duration_months,
    until_month is not null as event_observed,
    count(*) as n
from lifecycle_runs
-- Only who was seen to enter: of the others nobody knows how long they had been there.
where from_month > observable_month
group by
    kind, stage, coalesce(until_month, last_month) - from_month, until_month is not null
order by
    kind, stage, coalesce(until_month, last_month) - from_month, until_month is not null

-- one row per report: answers on each scale by the last day of the period, of all customers
select
    count(s.nps) as n_nps,
    count(s.csat) as n_csat,
    count(s.ces) as n_ces
from surveys as s
inner join periods as p on p."window" = 'current' and s.answered_on <= p.ends_on
order by n_nps

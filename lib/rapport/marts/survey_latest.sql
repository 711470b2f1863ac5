-- one row per customer who answered in the 365 days up to the last day of the period: the last answer
with ranked as (
    select
        c.order_key,
        s.survey_id,
        row_number() over (
            partition by c.order_key
            order by s.answered_on desc, s.answered_at desc, s.survey_id desc
        ) as place
    from surveys as s
    inner join customers as c on s.customer_id = c.customer_id
    inner join periods as p
        on p."window" = 'current'
        and s.answered_on <= p.ends_on
        and date_diff('day', s.answered_on, p.ends_on) < 365
    where s.nps is not null or s.csat is not null or s.ces is not null
)

select
    r.order_key,
    s.*
from ranked as r
inner join surveys as s on r.survey_id = s.survey_id
where r.place = 1
order by r.order_key

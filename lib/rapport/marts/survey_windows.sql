-- one row per period's window: answers given in it, one a customer (the last), and invitations
with ends as (
    select
        "window",
        starts_on,
        ends_on
    from periods
    where period is not null
),

-- Of one customer the last answer of a window; who is not known is a customer of their own.
answers as (
    select
        e."window",
        s.nps,
        s.csat,
        s.ces,
        row_number() over (
            partition by e."window", coalesce(s.customer_id, s.survey_id), s.customer_id is null
            order by s.answered_on desc, s.answered_at desc, s.survey_id desc
        ) as place
    from ends as e
    inner join surveys as s on s.answered_on between e.starts_on and e.ends_on
    where s.nps is not null or s.csat is not null or s.ces is not null
),

counted as (
    select
        "window",
        count(nps) as n_nps,
        count(case when nps <= 6 then 1 end) as n_detractors,
        count(case when nps >= 9 then 1 end) as n_promoters,
        count(csat) as n_csat,
        count(case when csat >= 4 then 1 end) as n_content,
        coalesce(sum(csat), 0) as csat_sum,
        count(ces) as n_ces,
        count(case when ces >= 5 then 1 end) as n_easy
    from answers
    where place = 1
    group by "window"
),

-- An answer says that the invitation arrived, whatever is noted.
invited as (
    select
        e."window",
        count(*) as n_delivered,
        count(case when s.answered_on <= e.ends_on then 1 end) as n_answered
    from ends as e
    inner join surveys as s on s.invited_on between e.starts_on and e.ends_on
    where s.invited_at is not null and (coalesce(s.delivered, true) or s.answered_on is not null)
    group by e."window"
)

select
    p."window",
    p.position,
    p.period,
    p.starts_on,
    p.ends_on,
    p.is_whole,
    p.is_comparable,
    coalesce(c.n_nps, 0) as n_nps,
    coalesce(c.n_detractors, 0) as n_detractors,
    coalesce(c.n_promoters, 0) as n_promoters,
    coalesce(c.n_csat, 0) as n_csat,
    coalesce(c.n_content, 0) as n_content,
    coalesce(c.csat_sum, 0) as csat_sum,
    coalesce(c.n_ces, 0) as n_ces,
    coalesce(c.n_easy, 0) as n_easy,
    coalesce(i.n_delivered, 0) as n_delivered,
    coalesce(i.n_answered, 0) as n_answered
from periods as p
left join counted as c on p."window" = c."window"
left join invited as i on p."window" = i."window"
where p.period is not null
order by p.position

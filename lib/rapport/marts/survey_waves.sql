-- one row per wave begun by the last day of the period: invitations, and one answer a customer
with seen as (
    select
        coalesce(s.wave, 'none') as wave,
        s.survey_id,
        s.customer_id,
        s.invited_on,
        s.nps,
        s.csat,
        s.answered_at,
        case when s.answered_on <= p.ends_on then s.answered_on end as answered_on,
        s.invited_at is not null
        and (coalesce(s.delivered, true) or s.answered_on <= p.ends_on) as is_delivered
    from surveys as s
    inner join periods as p on p."window" = 'current' and s.invited_on <= p.ends_on
    where s.wave is not null
),

ranked as (
    select
        wave,
        nps,
        csat,
        row_number() over (
            partition by wave, coalesce(customer_id, survey_id), customer_id is null
            order by answered_on desc, answered_at desc, survey_id desc
        ) as place
    from seen
    where answered_on is not null and (nps is not null or csat is not null)
),

answers as (
    select
        wave,
        count(nps) as n_nps,
        count(case when nps <= 6 then 1 end) as n_detractors,
        count(case when nps >= 9 then 1 end) as n_promoters,
        count(csat) as n_csat,
        count(case when csat >= 4 then 1 end) as n_content
    from ranked
    where place = 1
    group by wave
),

invited as (
    select
        wave,
        min(invited_on) as first_on,
        max(invited_on) as last_on,
        count(case when is_delivered then 1 end) as n_delivered,
        count(case when is_delivered and answered_on is not null then 1 end) as n_answered
    from seen
    group by wave
)

select
    i.wave,
    i.first_on,
    i.last_on,
    i.n_delivered,
    i.n_answered,
    coalesce(a.n_nps, 0) as n_nps,
    coalesce(a.n_detractors, 0) as n_detractors,
    coalesce(a.n_promoters, 0) as n_promoters,
    coalesce(a.n_csat, 0) as n_csat,
    coalesce(a.n_content, 0) as n_content
from invited as i
left join answers as a on i.wave = a.wave
order by i.first_on, i.wave

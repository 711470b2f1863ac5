-- one row per text that a customer wrote, of the last two years: in a survey, or as a contact
with ends as (
    select ends_on
    from periods
    where "window" = 'current'
),

answers as (
    select
        'survey' as source,
        survey_id as said_id,
        customer_id,
        coalesce(answered_on, invited_on) as said_on,
        "text" as said,
        "language" as declared,
        -- The row's own score is what it says: csat, else NPS, else effort.
        case
            when csat >= 4 then 1
            when csat = 3 then 0
            when csat <= 2 then -1
            when nps >= 9 then 1
            when nps >= 7 then 0
            when nps <= 6 then -1
            when ces >= 5 then 1
            when ces = 4 then 0
            when ces <= 3 then -1
        end as score
    from surveys
    where "text" is not null
),

contacts as (
    select
        kind as source,
        interaction_id as said_id,
        customer_id,
        occurred_on as said_on,
        "text" as said,
        "language" as declared,
        cast(null as bigint) as score
    from interactions
    where "text" is not null
),

everything as (
    select
        source,
        said_id,
        customer_id,
        said_on,
        said,
        declared,
        score
    from answers
    union all
    select
        source,
        said_id,
        customer_id,
        said_on,
        said,
        declared,
        score
    from contacts
)

select
    t.source,
    t.said_id,
    t.customer_id,
    t.said_on,
    t.said,
    t.declared,
    cast(t.score as bigint) as score
from everything as t
cross join ends as e
where
    e.ends_on is null
    or (t.said_on <= e.ends_on and t.said_on > e.ends_on - interval '730' day)
order by t.said_on nulls first, t.source, t.said_id

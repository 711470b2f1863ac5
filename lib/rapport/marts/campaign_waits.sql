-- one row per campaign with a control group, variant, days watched after the assignment, and whether an order came
with experiments as (
    select distinct campaign_id
    from contact_outcomes
    where is_control = 1
),

-- Whoever is in an arm counts, with a window still open too: he is watched for as long as he was.
assigned as (
    select
        k.campaign_id,
        k.customer_key,
        k.variant,
        k.is_control,
        k.assigned_on,
        p.ends_on
    from contact_outcomes as k
    inner join experiments as e on k.campaign_id = e.campaign_id
    inner join periods as p on p."window" = 'current'
    where k.is_late = 0 and k.is_twice = 0
),

followed as (
    select
        a.campaign_id,
        a.customer_key,
        a.variant,
        a.is_control,
        date_diff('day', a.assigned_on, a.ends_on) as seen_days,
        date_diff('day', a.assigned_on, min(o.ordered_on)) as first_days
    from assigned as a
    inner join customers as c on a.customer_key = c.order_key
    left join orders as o
        on c.customer_id = o.customer_id
        and o.ordered_on > a.assigned_on
        and o.ordered_on <= a.ends_on
        and o.kind = 'sale'
        and coalesce(o.status, 'completed') <> 'cancelled'
    group by a.campaign_id, a.customer_key, a.variant, a.is_control, a.assigned_on, a.ends_on
),

-- Ninety days: what comes later is told by churn, and owes little to a contact.
watched as (
    select
        campaign_id,
        variant,
        is_control,
        case
            when first_days <= 90 then first_days
            when seen_days < 90 then seen_days
            else 90
        end as duration,
        case when first_days <= 90 then 1 else 0 end as is_event
    from followed
)

select
    campaign_id,
    variant,
    is_control,
    duration,
    is_event,
    count(*) as n
from watched
group by campaign_id, variant, is_control, duration, is_event
order by campaign_id, is_control desc, variant, duration, is_event

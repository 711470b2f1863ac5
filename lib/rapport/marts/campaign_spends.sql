-- one row per campaign with a control group, variant and net spend in the window: customers who spent it
with experiments as (
    select distinct campaign_id
    from contact_outcomes
    where is_control = 1
)

select
    k.campaign_id,
    k.variant,
    k.is_control,
    k.net,
    count(*) as n
from contact_outcomes as k
inner join experiments as e on k.campaign_id = e.campaign_id
where k.is_open = 0 and k.is_late = 0 and k.is_twice = 0
group by k.campaign_id, k.variant, k.is_control, k.net
order by k.campaign_id, k.is_control desc, k.variant, k.net

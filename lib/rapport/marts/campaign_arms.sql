-- one row per campaign with a control group, variant and stage at assignment: counts and sums of money
with experiments as (
    select distinct campaign_id
    from contact_outcomes
    where is_control = 1
)

select
    k.campaign_id,
    k.variant,
    k.is_control,
    k.stage,
    count(*) as n_assigned,
    cast(sum(1 - k.is_open) as bigint) as n_closed,
    -- Who bought while the campaign ran and before he was assigned may owe his place to it.
    cast(sum((1 - k.is_open) * (1 - k.is_late)) as bigint) as n,
    cast(sum((1 - k.is_open) * (1 - k.is_late) * k.is_converted) as bigint) as n_converted,
    cast(
        sum(
            case when k.is_open = 0 and k.is_late = 0 and k.net_before <> 0 then 1 else 0 end
        ) as bigint
    ) as n_before,
    sum(case when k.is_open = 0 and k.is_late = 0 then k.net else 0 end) as net,
    sum(case when k.is_open = 0 and k.is_late = 0 then k.net * k.net else 0 end) as net_squared,
    sum(case when k.is_open = 0 and k.is_late = 0 then k.net_before else 0 end) as before,
    sum(case when k.is_open = 0 and k.is_late = 0 then k.net_before * k.net_before else 0 end)
        as before_squared,
    sum(case when k.is_open = 0 and k.is_late = 0 then k.net * k.net_before else 0 end)
        as net_by_before
from contact_outcomes as k
inner join experiments as e on k.campaign_id = e.campaign_id
group by k.campaign_id, k.variant, k.is_control, k.stage
order by k.campaign_id, k.is_control desc, k.variant, k.stage

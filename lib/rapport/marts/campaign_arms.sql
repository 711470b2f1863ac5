-- one row per campaign with a control group, variant and stage at assignment: counts and sums of money
with experiments as (
    select distinct campaign_id
    from contact_outcomes
    where is_control = 1
),

-- Who bought while the campaign ran and before he was assigned may owe his place to it.
assigned as (
    select
        k.*,
        (1 - k.is_open) * (1 - k.is_late) * (1 - k.is_twice) as is_counted
    from contact_outcomes as k
    inner join experiments as e on k.campaign_id = e.campaign_id
)

select
    campaign_id,
    variant,
    is_control,
    stage,
    count(*) as n_assigned,
    cast(sum(is_counted) as bigint) as n,
    cast(sum(is_counted * is_converted) as bigint) as n_converted,
    sum(case when is_counted = 1 then net else 0 end) as net,
    sum(case when is_counted = 1 then net * net else 0 end) as net_squared,
    sum(case when is_counted = 1 then net_before else 0 end) as net_before,
    sum(case when is_counted = 1 then net_before * net_before else 0 end) as net_before_squared,
    sum(case when is_counted = 1 then net * net_before else 0 end) as net_by_before
from assigned
group by campaign_id, variant, is_control, stage
order by campaign_id, is_control desc, variant, stage

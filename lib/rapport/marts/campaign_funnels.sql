-- one row per campaign that had begun: its steps from targeted to bought, money, and what is wrong with it
with counted as (
    select
        campaign_id,
        sum(1 - is_control) as n_targeted,
        sum(is_control) as n_control,
        sum(is_control * is_sent) as n_control_contacted,
        sum((1 - is_control) * is_sent) as n_sent,
        sum((1 - is_control) * is_delivered) as n_delivered,
        sum((1 - is_control) * is_opened) as n_opened,
        sum((1 - is_control) * is_clicked) as n_clicked,
        sum((1 - is_control) * is_unsubscribed) as n_unsubscribed,
        sum((1 - is_control) * is_redeemed) as n_redeemed,
        sum((1 - is_control) * (1 - is_open)) as n_closed,
        sum((1 - is_control) * (1 - is_open) * is_delivered) as n_delivered_closed,
        sum((1 - is_control) * (1 - is_open) * is_converted) as n_bought,
        sum((1 - is_control) * (1 - is_open) * is_delivered * is_converted) as n_delivered_bought,
        sum(case when is_control = 0 and is_open = 0 then n_orders else 0 end) as n_orders,
        sum(case when is_control = 0 and is_open = 0 and is_converted = 1 then net else 0 end)
            as net,
        sum(case when is_control = 0 then cost else 0 end) as contact_cost,
        sum((1 - is_control) * is_overlapping) as n_overlapping,
        sum(is_open) as n_open,
        sum(is_late) as n_late,
        sum(1 - has_assignment) as n_unassigned,
        sum(is_broken) as n_broken,
        sum(is_twice) as n_twice
    from contact_outcomes
    group by campaign_id
)

select
    g.campaign_id,
    g.name,
    g.channel,
    g.campaign_type,
    g.design,
    g.planned_share,
    g.started_on,
    g.ended_on,
    g.ended_on > p.ends_on as is_running,
    g.cost,
    cast(coalesce(k.n_targeted, 0) as bigint) as n_targeted,
    cast(coalesce(k.n_control, 0) as bigint) as n_control,
    cast(coalesce(k.n_control_contacted, 0) as bigint) as n_control_contacted,
    cast(coalesce(k.n_sent, 0) as bigint) as n_sent,
    cast(coalesce(k.n_delivered, 0) as bigint) as n_delivered,
    cast(coalesce(k.n_opened, 0) as bigint) as n_opened,
    cast(coalesce(k.n_clicked, 0) as bigint) as n_clicked,
    cast(coalesce(k.n_unsubscribed, 0) as bigint) as n_unsubscribed,
    cast(coalesce(k.n_redeemed, 0) as bigint) as n_redeemed,
    cast(coalesce(k.n_closed, 0) as bigint) as n_closed,
    cast(coalesce(k.n_delivered_closed, 0) as bigint) as n_delivered_closed,
    cast(coalesce(k.n_bought, 0) as bigint) as n_bought,
    cast(coalesce(k.n_delivered_bought, 0) as bigint) as n_delivered_bought,
    cast(coalesce(k.n_orders, 0) as bigint) as n_orders,
    coalesce(k.net, 0) as net,
    k.contact_cost,
    cast(coalesce(k.n_overlapping, 0) as bigint) as n_overlapping,
    cast(coalesce(k.n_open, 0) as bigint) as n_open,
    cast(coalesce(k.n_late, 0) as bigint) as n_late,
    cast(coalesce(k.n_unassigned, 0) as bigint) as n_unassigned,
    cast(coalesce(k.n_broken, 0) as bigint) as n_broken,
    cast(coalesce(k.n_twice, 0) as bigint) as n_twice
from campaigns as g
inner join periods as p on p."window" = 'current' and g.started_on <= p.ends_on
left join counted as k on g.campaign_id = k.campaign_id
order by g.started_on, g.campaign_id

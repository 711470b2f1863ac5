-- one row per customer of a campaign that had begun: what happened, what was bought, and the life before
with listed as (
    select
        k.campaign_id,
        c.order_key as customer_key,
        k.variant,
        g.started_on,
        g.ended_on,
        p.ends_on as as_of,
        s.data_from,
        coalesce(k.assigned_on, g.started_on) as assigned_on,
        case when k.variant = 'control' then 1 else 0 end as is_control,
        case when k.assigned_at is null then 0 else 1 end as has_assignment,
        case when cast(k.sent_at as date) <= p.ends_on then 1 else 0 end as is_sent,
        case when cast(k.delivered_at as date) <= p.ends_on then 1 else 0 end as is_delivered,
        case when cast(k.opened_at as date) <= p.ends_on then 1 else 0 end as is_opened,
        case when cast(k.clicked_at as date) <= p.ends_on then 1 else 0 end as is_clicked,
        case when cast(k.unsubscribed_at as date) <= p.ends_on then 1 else 0 end
            as is_unsubscribed,
        case when cast(k.redeemed_at as date) <= p.ends_on then 1 else 0 end as is_redeemed,
        -- Steps that cannot follow one another; ingestion compares the times themselves.
        case
            when
                (k.delivered_at is null and k.opened_at is not null and k.sent_at is not null)
                or (k.opened_at is null and k.clicked_at is not null)
                then 1
            else 0
        end as is_broken,
        k.cost,
        row_number() over (
            partition by k.campaign_id, c.order_key order by k.assigned_on, k.variant
        ) as place,
        -- Of two variants nobody can say which one worked.
        case
            when
                min(k.variant) over (partition by k.campaign_id, c.order_key)
                <> max(k.variant) over (partition by k.campaign_id, c.order_key)
                then 1
            else 0
        end as is_twice
    from campaign_contacts as k
    inner join campaigns as g on k.campaign_id = g.campaign_id
    inner join customers as c on k.customer_id = c.customer_id
    inner join periods as p
        on p."window" = 'current'
        and g.started_on <= p.ends_on
        and coalesce(k.assigned_on, g.started_on) <= p.ends_on
    cross join snapshot as s
),

contacts as (
    select *
    from listed
    where place = 1
),

days as (
    select
        c.order_key as customer_key,
        o.ordered_on,
        count(case when o.kind = 'sale' then 1 end) as n_sales,
        sum(o.amount) as net,
        sum(case when o.kind = 'sale' then o.amount else 0 end) as gross
    from orders as o
    inner join customers as c on o.customer_id = c.customer_id
    inner join periods as p on p."window" = 'current' and o.ordered_on <= p.ends_on
    where coalesce(o.status, 'completed') <> 'cancelled'
    group by c.order_key, o.ordered_on
),

-- How long each day lies after the assignment (negative: before it).
placed as (
    select
        k.campaign_id,
        k.customer_key,
        d.ordered_on,
        d.n_sales,
        d.net,
        d.gross,
        date_diff('day', k.assigned_on, d.ordered_on) as lag_days,
        date_diff('day', k.started_on, d.ordered_on) as campaign_days
    from contacts as k
    inner join days as d on k.customer_key = d.customer_key
),

bought as (
    select
        d.campaign_id,
        d.customer_key,
        sum(case when d.lag_days between 1 and v.window_days then d.n_sales else 0 end)
            as n_orders,
        sum(case when d.lag_days between 1 and v.window_days then d.net else 0 end) as net,
        sum(case when d.lag_days between -90 and -1 then d.net else 0 end) as net_before,
        min(case when d.lag_days < 0 and d.n_sales > 0 then d.ordered_on end) as first_on,
        max(case when d.lag_days < 0 and d.n_sales > 0 then d.ordered_on end) as last_on,
        count(case when d.lag_days < 0 and d.n_sales > 0 then 1 end) as n_order_days,
        count(case when d.lag_days between -90 and -1 and d.n_sales > 0 then 1 end)
            as n_order_days_90,
        count(
            case when d.lag_days < 0 and d.lag_days >= -v.rfm_days and d.n_sales > 0 then 1 end
        ) as n_rfm_days,
        sum(case when d.lag_days < 0 then d.gross else 0 end) as gross,
        count(case when d.campaign_days >= 0 and d.lag_days < 0 and d.n_sales > 0 then 1 end)
            as n_early
    from placed as d
    cross join settings as v
    group by d.campaign_id, d.customer_key
),

-- What else reached the same customer: before, within thirty days, and while it ran.
beside as (
    select
        k.campaign_id,
        k.customer_key,
        count(case when o.assigned_on < k.assigned_on then 1 end) as n_contacts_before,
        count(
            case when date_diff('day', o.assigned_on, k.assigned_on) between 0 and 29 then 1 end
        ) as n_beside_30,
        max(case when o.started_on < k.started_on and o.ended_on >= k.started_on then 1 else 0 end)
            as is_overlapping
    from contacts as k
    inner join contacts as o
        on k.customer_key = o.customer_key
        and k.campaign_id <> o.campaign_id
        and o.is_control = 0
        and (o.assigned_on <= k.assigned_on or o.started_on < k.started_on)
    where k.is_control = 0
    group by k.campaign_id, k.customer_key
)

select
    k.campaign_id,
    k.customer_key,
    k.variant,
    k.is_control,
    k.has_assignment,
    k.started_on,
    k.ended_on,
    k.assigned_on,
    k.is_sent,
    k.is_delivered,
    k.is_opened,
    k.is_clicked,
    k.is_unsubscribed,
    k.is_redeemed,
    k.is_broken,
    k.is_twice,
    k.cost,
    case when date_diff('day', k.assigned_on, k.as_of) < v.window_days then 1 else 0 end as is_open,
    case when k.ended_on > k.as_of then 1 else 0 end as is_running,
    case when k.assigned_on > k.ended_on or coalesce(b.n_early, 0) > 0 then 1 else 0 end
        as is_late,
    cast(coalesce(b.n_orders, 0) as bigint) as n_orders,
    case when coalesce(b.n_orders, 0) > 0 then 1 else 0 end as is_converted,
    coalesce(b.net, 0) as net,
    coalesce(b.net_before, 0) as net_before,
    coalesce(b.n_order_days, 0) as n_order_days,
    coalesce(b.n_order_days_90, 0) as n_order_days_90,
    coalesce(b.gross, 0) as gross,
    -- Who never ordered is at least as long away as the data go back.
    date_diff('day', coalesce(b.last_on, k.data_from), k.assigned_on) as days_since_last_order,
    case when b.first_on is null then 0 else date_diff('day', b.first_on, k.assigned_on) end
        as tenure_days,
    case
        when b.first_on is null then 'prospect'
        when date_diff('day', b.last_on, k.assigned_on) >= v.churn_after_days then 'churned'
        when date_diff('day', b.last_on, k.assigned_on) >= v.risk_after_days then 'at_risk'
        when date_diff('day', b.first_on, k.assigned_on) < v.new_days then 'new'
        when b.n_rfm_days >= v.loyal_orders then 'loyal'
        else 'growing'
    end as stage,
    coalesce(o.n_contacts_before, 0) as n_contacts_before,
    coalesce(o.n_beside_30, 0) + 1 as n_contacts_30,
    coalesce(o.is_overlapping, 0) as is_overlapping
from contacts as k
cross join settings as v
left join bought as b on k.campaign_id = b.campaign_id and k.customer_key = b.customer_key
left join beside as o on k.campaign_id = o.campaign_id and k.customer_key = o.customer_key
order by k.campaign_id, k.customer_key

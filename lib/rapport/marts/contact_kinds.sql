-- one row per type of campaign and kind of customer: contacts, redemptions, and how many are like that
with rows_of as (
    select
        g.campaign_type,
        k.customer_key,
        count(*) as n_rows,
        sum(k.is_redeemed) as n_redeemed,
        sum(k.is_overlapping) as n_overlapping
    from contact_outcomes as k
    inner join campaigns as g on k.campaign_id = g.campaign_id
    where k.is_control = 0
    group by g.campaign_type, k.customer_key
)

select
    campaign_type,
    n_rows,
    cast(n_redeemed as bigint) as n_redeemed,
    cast(n_overlapping as bigint) as n_overlapping,
    count(*) as n_customers
from rows_of
group by campaign_type, n_rows, n_redeemed, n_overlapping
order by campaign_type, n_rows, n_redeemed, n_overlapping

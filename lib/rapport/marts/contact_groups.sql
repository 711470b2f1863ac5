-- one row per channel, stage at the contact, and kind of customer: contacts, answers, and how many are like that
with rows_of as (
    select
        f.channel,
        k.stage,
        k.customer_key,
        count(*) as n_rows,
        sum(k.is_converted) as n_bought,
        sum(k.is_unsubscribed) as n_unsubscribed
    from contact_outcomes as k
    inner join campaign_funnels as f on k.campaign_id = f.campaign_id
    where
        k.is_control = 0
        and k.is_open = 0
        -- Where a campaign does not tell what was delivered, all it was sent to count.
        and (k.is_delivered = 1 or f.n_delivered = 0)
    group by f.channel, k.stage, k.customer_key
)

select
    channel,
    stage,
    n_rows,
    cast(n_bought as bigint) as n_bought,
    cast(n_unsubscribed as bigint) as n_unsubscribed,
    count(*) as n_customers
from rows_of
group by channel, stage, n_rows, n_bought, n_unsubscribed
order by channel, stage, n_rows, n_bought, n_unsubscribed

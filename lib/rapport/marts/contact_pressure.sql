-- one row per number of contacts in 30 days and kind of customer: how many, and what they did
with rows_of as (
    select
        n_contacts_30 as n_contacts,
        customer_key,
        count(*) as n_rows,
        sum(is_converted) as n_bought,
        sum(is_unsubscribed) as n_unsubscribed,
        sum(is_redeemed) as n_redeemed
    from contact_outcomes
    where is_control = 0 and is_open = 0
    group by n_contacts_30, customer_key
)

select
    n_contacts,
    n_rows,
    cast(n_bought as bigint) as n_bought,
    cast(n_unsubscribed as bigint) as n_unsubscribed,
    cast(n_redeemed as bigint) as n_redeemed,
    count(*) as n_customers
from rows_of
group by n_contacts, n_rows, n_bought, n_unsubscribed, n_redeemed
order by n_contacts, n_rows, n_bought, n_unsubscribed, n_redeemed

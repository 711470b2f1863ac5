-- one row per customer and item: bought lately, before the basket held out, in it; or of a basket
with identified as (
    select count(customer_key) as n from basket_items
)

select
    coalesce(i.customer_key, i.basket_no) as buyer_key,
    i.item_no,
    max(i.is_recent) as is_recent,
    max(i.is_before) as is_before,
    max(1 - i.is_held) as is_owned_before,
    max(i.is_held) as is_held
from basket_items as i
cross join identified as d
where i.item_no is not null and (i.customer_key is not null or (d.n = 0 and i.is_held = 1))
group by coalesce(i.customer_key, i.basket_no), i.item_no
order by buyer_key, i.item_no

-- one row per order day, next order day of its customer (null: none) and rank (4 = fourth or later)
select
    ordered_on,
    next_on,
    case when day_rank < 4 then day_rank else 4 end as order_rank,
    count(*) as n
from charged_orders
where day_rank is not null
group by ordered_on, next_on, case when day_rank < 4 then day_rank else 4 end
order by ordered_on, next_on, case when day_rank < 4 then day_rank else 4 end

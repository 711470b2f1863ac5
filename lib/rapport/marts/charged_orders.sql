-- one row per order or return of a known customer, by number: its day, and the next order day
with charged as (
    select
        -- Whole numbers as keys: grouping by the text of a pseudonym costs three times as much,
        -- so all marts of what customers did read this one, sorted by customer and time.
        c.order_key as customer_key,
        o.ordered_on,
        o.order_key,
        -- A number: the windows below are partitioned by it, and text is a tenth dearer to sort by.
        case when o.kind = 'sale' then 1 when o.kind = 'return' then 2 else 3 end as kind_no,
        o.channel,
        o.discount,
        o.amount
    from orders as o
    inner join customers as c on o.customer_id = c.customer_id
    where o.ordered_on is not null and coalesce(o.status, 'completed') <> 'cancelled'
),

followed as (
    select
        customer_key,
        ordered_on,
        order_key,
        kind_no,
        channel,
        discount,
        amount,
        dense_rank() over (partition by customer_key, kind_no order by ordered_on) as day_rank,
        lead(ordered_on) over (
            partition by customer_key, kind_no order by ordered_on, order_key
        ) as next_on
    from charged
)

select
    customer_key,
    ordered_on,
    channel,
    discount,
    case when kind_no = 1 then amount end as gross,
    case when kind_no = 2 then amount end as returns,
    -- Of the orders of a day the last stands for the day: the others have no rank.
    case
        when kind_no = 1 and (next_on is null or next_on > ordered_on) then day_rank
    end as day_rank,
    case when kind_no = 1 and next_on > ordered_on then next_on end as next_on
from followed
order by customer_key, ordered_on, order_key

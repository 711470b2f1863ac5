-- one row per place, visits of a customer that held it, and those that ended there unordered
with last_step as (
    select
        s.kind,
        s.page
    from funnel_steps as s
    inner join (select max(step_no) as step_no from funnel_steps) as m on s.step_no = m.step_no
    where not s.is_order
),

contacts as (
    select
        i.session_id,
        i.customer_id,
        i.interaction_id,
        i.channel,
        i.occurred_at,
        i.occurred_on,
        coalesce(i.page, i.kind) as place,
        -- Where the funnel ends with a page, a visit that reached it has ordered.
        case when i.kind = s.kind or i.page = s.page then 1 else 0 end as is_through
    from interactions as i
    inner join periods as p
        on p."window" = 'current' and i.occurred_on between p.starts_on and p.ends_on
    left join last_step as s on i.kind = s.kind or i.page = s.page
    where i.session_id is not null and i.customer_id is not null
),

sessions as (
    select
        session_id,
        customer_id,
        min(channel) as channel,
        min(occurred_at) as starts_at,
        max(occurred_on) as ends_on,
        max(is_through) as is_through
    from contacts
    group by session_id, customer_id
),

-- An order belongs to the last visit before it on its day, through the channel of the visit.
followed as (
    select
        s.*,
        lead(s.starts_at) over (
            partition by s.customer_id order by s.starts_at, s.session_id
        ) as next_at
    from sessions as s
),

ordered as (
    select distinct
        f.session_id,
        f.customer_id
    from followed as f
    inner join orders as o
        on f.customer_id = o.customer_id
        and f.ends_on = o.ordered_on
        and o.ordered_at >= f.starts_at
        and (f.next_at is null or o.ordered_at < f.next_at)
        and (o.channel is null or o.channel = f.channel)
        and o.kind = 'sale'
        and coalesce(o.status, 'completed') <> 'cancelled'
),

without_order as (
    select
        f.session_id,
        f.customer_id
    from followed as f
    left join ordered as o on f.session_id = o.session_id and f.customer_id = o.customer_id
    where o.session_id is null and f.is_through = 0
),

placed as (
    select
        c.session_id,
        c.customer_id,
        c.place,
        row_number() over (
            partition by c.session_id, c.customer_id
            order by c.occurred_at desc, c.interaction_id desc
        ) as from_end
    from contacts as c
),

each_visit as (
    select
        p.session_id,
        p.customer_id,
        p.place,
        max(case when p.from_end = 1 and w.session_id is not null then 1 else 0 end) as is_dropped
    from placed as p
    left join without_order as w on p.session_id = w.session_id and p.customer_id = w.customer_id
    group by p.session_id, p.customer_id, p.place
),

each_customer as (
    select
        place,
        customer_id,
        count(*) as n_visits,
        count(case when is_dropped = 1 then 1 end) as n_dropped
    from each_visit
    group by place, customer_id
)

select
    place,
    n_visits,
    n_dropped,
    count(*) as n
from each_customer
group by place, n_visits, n_dropped
order by place, n_visits, n_dropped

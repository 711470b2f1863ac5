-- one row per window, measure (contacts and seconds of a visit, visits of a customer), value, orders
with last_step as (
    select
        s.kind,
        s.page
    from funnel_steps as s
    inner join (select max(step_no) as step_no from funnel_steps) as m on s.step_no = m.step_no
    where not s.is_order
),

sessions as (
    select
        p."window",
        p.position,
        i.session_id,
        i.customer_id,
        min(i.channel) as channel,
        min(i.occurred_at) as starts_at,
        max(i.occurred_on) as ends_on,
        count(*) as n_contacts,
        sum(i.duration_seconds) as n_seconds,
        -- Where the funnel ends with a page, a visit that reached it has ordered.
        max(case when i.kind = s.kind or i.page = s.page then 1 else 0 end) as is_through
    from interactions as i
    inner join periods as p
        on p."window" in ('current', 'previous', 'last_year')
        and i.occurred_on between p.starts_on and p.ends_on
    left join last_step as s on i.kind = s.kind or i.page = s.page
    where i.session_id is not null and i.customer_id is not null
    group by p."window", p.position, i.session_id, i.customer_id
),

-- An order belongs to the last visit before it on its day, through the channel of the visit.
followed as (
    select
        v.*,
        lead(v.starts_at) over (
            partition by v."window", v.customer_id order by v.starts_at, v.session_id
        ) as next_at
    from sessions as v
),

ordered as (
    select distinct
        f."window",
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

visits as (
    select
        f."window",
        f.position,
        f.customer_id,
        f.n_contacts,
        f.n_seconds,
        case when o.session_id is not null or f.is_through = 1 then 1 else 0 end as has_order
    from followed as f
    left join ordered as o
        on f."window" = o."window"
        and f.session_id = o.session_id
        and f.customer_id = o.customer_id
),

measured as (
    select
        "window",
        position,
        'contacts' as measure,
        n_contacts as value,
        has_order as n_ordered
    from visits
    union all
    select
        "window",
        position,
        'seconds' as measure,
        n_seconds as value,
        has_order as n_ordered
    from visits
    where n_seconds is not null
    union all
    select
        "window",
        position,
        'visits' as measure,
        count(*) as value,
        sum(has_order) as n_ordered
    from visits
    group by "window", position, customer_id
)

select
    "window",
    measure,
    cast(value as bigint) as value,
    cast(n_ordered as bigint) as n_ordered,
    count(*) as n
from measured
group by "window", position, measure, value, n_ordered
order by position, measure, value, n_ordered

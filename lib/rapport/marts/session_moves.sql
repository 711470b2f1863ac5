-- one row per place of a visit and the next: visits and customers who went from the one to the other
with sessions as (
    select
        i.session_id,
        i.customer_id,
        i.interaction_id,
        i.occurred_at,
        coalesce(i.page, i.kind) as place
    from interactions as i
    inner join periods as p
        on p."window" = 'current' and i.occurred_on between p.starts_on and p.ends_on
    where i.session_id is not null and i.customer_id is not null
),

-- Of contacts of one instant the order of their numbers counts.
followed as (
    select
        session_id,
        customer_id,
        place,
        lead(place) over (
            partition by session_id, customer_id order by occurred_at, interaction_id
        ) as next_place
    from sessions
),

-- Who stays on a page or loads it anew has not moved.
moved as (
    select
        session_id,
        customer_id,
        place,
        next_place
    from followed
    where next_place is not null and next_place <> place
),

seen as (
    select
        place,
        count(*) as n_visits
    from (select distinct session_id, customer_id, place from sessions) as s
    group by place
),

counted as (
    select
        m.place,
        m.next_place,
        count(*) as n_visits,
        count(distinct m.customer_id) as n_customers
    from (select distinct session_id, customer_id, place, next_place from moved) as m
    group by m.place, m.next_place
)

select
    c.place,
    c.next_place,
    c.n_visits,
    c.n_customers,
    s.n_visits as n_visits_place
from counted as c
inner join seen as s on c.place = s.place
cross join settings as v
where c.n_customers >= v.min_count
order by c.n_visits desc, c.place, c.next_place

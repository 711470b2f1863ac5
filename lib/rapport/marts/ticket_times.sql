-- one row per ticket opened in the 365 days up to the last day: when it was answered and closed
-- Until when tickets are watched: the last contact that is known by then. What a ticket shows of
-- later is left out, as nobody knew it on that day.
with known as (
    select
        p.ends_on,
        max(i.occurred_at) as seen_until
    from interactions as i
    inner join periods as p on p."window" = 'current' and i.occurred_on <= p.ends_on
    group by p.ends_on
)

select
    i.interaction_id,
    i.customer_id,
    i.occurred_on,
    i.occurred_at,
    i.ticket_topic,
    case when i.first_reply_at <= k.seen_until then i.first_reply_at end as first_reply_at,
    case when i.closed_at <= k.seen_until then i.closed_at end as closed_at,
    case when i.reopened_at <= k.seen_until then i.reopened_at end as reopened_at,
    k.seen_until
from interactions as i
inner join known as k
    on i.occurred_on <= k.ends_on and date_diff('day', i.occurred_on, k.ends_on) < 365
where i.kind = 'ticket'
order by i.occurred_at, i.interaction_id

-- Who is like us and ahead, and where? Better peers with the indicators in which they lead most.
with

better_peers as (
    select *
    from {{ ref('peer_cities') }}
    where
        ranking_id = 'open_data_index'
        and edition = 2026
        and city_id = 'duesseldorf'
        and peer_rank < rank
),

assessments as (
    select * from {{ ref('strengths_and_weaknesses') }}
),

leads as (
    select
        better_peers.scope,
        better_peers.nearness,
        better_peers.peer_city_id,
        better_peers.distance,
        better_peers.peer_rank,
        own.indicator_id,
        own.assessment,
        own.score,
        peers.score as peer_score,
        row_number() over (
            partition by better_peers.scope, better_peers.peer_city_id
            order by peers.score - own.score desc, own.indicator_id asc
        ) as lead_rank
    from better_peers
    inner join assessments as own using (ranking_id, edition, city_id)
    inner join assessments as peers
        on
            better_peers.edition_key = peers.edition_key
            and better_peers.peer_city_id = peers.city_id
            and own.indicator_id = peers.indicator_id
)

select *
from leads
where lead_rank <= 3
order by scope, nearness, lead_rank

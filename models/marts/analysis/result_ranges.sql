select
    ---------- ids
    ranges.edition_key,
    editions.ranking_id,
    editions.edition,
    ranges.city_id,
    ranges.node_id as category_id,
    {{ node_key('ranges.edition_key', 'ranges.node_id') }} as category_key,
    ranges.node_id = 'overall' as is_overall,

    ---------- ranges
    case when ranges.is_contradiction then 'contradiction' else 'open' end as status,
    {% for bound in ['rank_from', 'rank_to', 'index_from', 'index_to'] %}
    case when not ranges.is_contradiction then ranges.{{ bound }} end as {{ bound }},
    case when not ranges.is_contradiction then ranges.{{ bound }}_rule end as {{ bound }}_rule,
    {% endfor %}

    ---------- provenance
    editions.is_simulated_ranking
from {{ ref('int_result_ranges') }} as ranges
inner join {{ ref('int_editions') }} as editions using (edition_key)
where not ranges.is_rank_known or not ranges.is_index_known

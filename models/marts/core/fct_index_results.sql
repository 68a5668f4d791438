select
    ---------- ids
    ranks.edition_key,
    editions.ranking_id,
    editions.edition,
    ranks.city_id,
    ranks.node_id as category_id,
    {{ node_key('ranks.edition_key', 'ranks.node_id') }} as category_key,
    ranks.node_id = 'overall' as is_overall,

    ---------- index
    ranks.index_value,
    ranks.index_source,
    {{ displayed_number('ranks.index_value', 'editions.index_digits') }} as index_displayed,
    ranks.index_without_projects as index_without_project_points,
    ranks.computed_index,
    ranks.published_index,
    ranks.indicator_count,
    ranks.scored_indicator_count,
    {{ divide('ranks.scored_indicator_count', 'ranks.indicator_count') }} as coverage,
    ranks.override_count as overridden_category_count,

    ---------- rank
    ranks.rank,
    ranks.rank_source,
    ranks.ranked_city_count,
    ranks.tied_with,
    ranks.rank_in_state,
    ranks.cities_in_state,
    ranks.rank_in_size_class,
    ranks.cities_in_size_class,

    ---------- tendency
    editions.previous_edition_key,
    editions.previous_edition,
    ranks.previous_rank,
    ranks.previous_rank_source,
    ranks.tendency,
    ranks.tendency_source,
    editions.is_method_changed,
    ranks.is_new_in_edition,

    ---------- provenance
    ranks.is_simulated,
    editions.is_simulated_ranking,
    ranks.published_source
from {{ ref('int_ranks') }} as ranks
inner join {{ ref('int_editions') }} as editions using (edition_key)

with

ranks as (
    select * from {{ ref('int_category_ranks') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

tendencies as (
    select * from {{ ref('int_category_tendencies') }}
),

group_ranks as (
    select * from {{ ref('int_group_ranks') }}
),

ties as (
    select * from {{ ref('int_category_ties') }}
),

published_results as (
    select * from {{ ref('int_published_results') }}
),

final as (
    select
        ---------- ids
        ranks.ranking_id,
        ranks.edition,
        ranks.city_id,
        ranks.node_id as category_id,

        ---------- index
        ranks.index_value,
        ranks.index_basis,
        {{ printed_number('ranks.index_value', 'nodes.index_digits') }} as index_printed,
        ranks.index_without_projects as index_without_project_points,
        ranks.computed_index,
        ranks.published_index,
        ranks.indicator_count,
        ranks.scored_indicator_count,
        {{ divide('ranks.scored_indicator_count', 'ranks.indicator_count') }} as coverage,
        ranks.carried_count as carried_category_count,

        ---------- rank
        ranks.place as rank,
        ranks.rank_basis,
        ranks.ranked_city_count,
        ties.tied_with,
        group_ranks.rank_in_state,
        group_ranks.cities_in_state,
        group_ranks.rank_in_size_class,
        group_ranks.cities_in_size_class,

        ---------- tendency
        ranks.previous_edition,
        tendencies.previous_rank,
        tendencies.previous_rank_basis,
        tendencies.tendency,
        tendencies.tendency_basis,
        edition_cities.is_new_in_field,

        ---------- provenance
        ranks.is_simulated,
        edition_cities.is_simulated_field,
        published_results.source as published_source
    from ranks
    inner join nodes using (ranking_id, edition, node_id)
    inner join edition_cities using (ranking_id, edition, city_id)
    inner join tendencies using (ranking_id, edition, city_id, node_id)
    inner join group_ranks using (ranking_id, edition, city_id, node_id)
    left join ties using (ranking_id, edition, city_id, node_id)
    left join published_results using (ranking_id, edition, city_id, node_id)
    where nodes.node_type <> 'indicator'
)

select * from final

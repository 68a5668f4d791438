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
    inner join nodes
        on
            ranks.ranking_id = nodes.ranking_id
            and ranks.edition = nodes.edition
            and ranks.node_id = nodes.node_id
    inner join edition_cities
        on
            ranks.ranking_id = edition_cities.ranking_id
            and ranks.edition = edition_cities.edition
            and ranks.city_id = edition_cities.city_id
    inner join tendencies
        on
            ranks.ranking_id = tendencies.ranking_id
            and ranks.edition = tendencies.edition
            and ranks.city_id = tendencies.city_id
            and ranks.node_id = tendencies.node_id
    inner join group_ranks
        on
            ranks.ranking_id = group_ranks.ranking_id
            and ranks.edition = group_ranks.edition
            and ranks.city_id = group_ranks.city_id
            and ranks.node_id = group_ranks.node_id
    left join ties
        on
            ranks.ranking_id = ties.ranking_id
            and ranks.edition = ties.edition
            and ranks.city_id = ties.city_id
            and ranks.node_id = ties.node_id
    left join published_results
        on
            ranks.ranking_id = published_results.ranking_id
            and ranks.edition = published_results.edition
            and ranks.city_id = published_results.city_id
            and ranks.node_id = published_results.node_id
    where nodes.node_type <> 'indicator'
)

select * from final

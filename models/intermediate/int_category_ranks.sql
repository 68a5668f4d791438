{#-
  Ranks of every node above the indicators. Where the field is not complete enough for computed
  ranks, the published rank stands.
-#}
{%- set named_tied_cities = 10 -%}
with

levels as (
    {% for level in [1, 2, 3] %}
    select * from {{ ref('int_index_level_' ~ level) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

published_results as (
    select * from {{ ref('int_published_results') }}
),

results as (
    select
        levels.*,
        nodes.previous_edition,
        nodes.minimum_field_coverage,
        {{ rank_value('levels.index_value', 'nodes.rank_taken_on', 'nodes.index_digits') }}
            as rank_value
    from levels
    inner join nodes
        on
            levels.ranking_id = nodes.ranking_id
            and levels.edition = nodes.edition
            and levels.node_id = nodes.node_id
),

{{ rank_ctes('results') }},

numbered_by_rank as (
    select
        ranking_id,
        edition,
        node_id,
        city_id,
        computed_rank,
        row_number() over (
            partition by ranking_id, edition, node_id, computed_rank order by city_id
        ) as tie_position,
        count(*) over (partition by ranking_id, edition, node_id, computed_rank) as tie_size
    from ranked
    where is_ranked
),

tied as (
    select *
    from numbered_by_rank
    where tie_size > 1
),

-- the first cities of a tie stand for all of it: to list every tied city at every other one would
-- grow with the square of the tie
ties as (
    select
        tied.ranking_id,
        tied.edition,
        tied.node_id,
        tied.city_id,
        {{ ordered_list('named.city_id') }}
        || case
            when tied.tie_size - 1 > count(*)
                then ' and ' || cast(tied.tie_size - 1 - count(*) as {{ dbt.type_string() }})
                    || ' more'
            else ''
        end as tied_with
    from tied
    inner join tied as named
        on
            tied.ranking_id = named.ranking_id
            and tied.edition = named.edition
            and tied.node_id = named.node_id
            and tied.computed_rank = named.computed_rank
            and tied.city_id <> named.city_id
    where named.tie_position <= {{ named_tied_cities }}
    group by tied.ranking_id, tied.edition, tied.node_id, tied.city_id, tied.tie_size
),

final as (
    select
        ranked.ranking_id,
        ranked.edition,
        ranked.previous_edition,
        ranked.city_id,
        ranked.node_id,
        ranked.indicator_count,
        ranked.scored_indicator_count,
        ranked.carried_count,
        ranked.computed_index,
        ranked.published_index,
        ranked.index_value,
        ranked.index_without_projects,
        ranked.index_before_projects,
        ranked.index_basis,
        ranked.is_simulated,
        ranked.computed_rank,
        published_results.published_rank,
        published_results.published_tendency,
        cast(coalesce(ranked.computed_rank, published_results.published_rank) as integer)
            as place,
        case
            when ranked.computed_rank is not null then 'computed'
            when published_results.published_rank is not null then 'published'
        end as rank_basis,
        cast(case when ranked.is_ranked then ranked.valued_city_count end as integer)
            as ranked_city_count,
        ties.tied_with
    from ranked
    left join ties
        on
            ranked.ranking_id = ties.ranking_id
            and ranked.edition = ties.edition
            and ranked.node_id = ties.node_id
            and ranked.city_id = ties.city_id
    left join published_results
        on
            ranked.ranking_id = published_results.ranking_id
            and ranked.edition = published_results.edition
            and ranked.node_id = published_results.node_id
            and ranked.city_id = published_results.city_id
)

select * from final

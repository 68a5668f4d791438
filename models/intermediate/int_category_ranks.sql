{#-
  Ranks of every node above the indicators. Where the field is not complete enough for computed
  ranks, the published rank stands.
-#}
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
    inner join nodes using (ranking_id, edition, node_id)
),

{{ rank_ctes('results') }},

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
        ranked.ranked_city_count
    from ranked
    left join published_results using (ranking_id, edition, node_id, city_id)
)

select * from final

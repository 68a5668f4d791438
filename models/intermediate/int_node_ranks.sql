{#-
  Ranks of every node of the tree, indicators included. A rank is computed only where enough of the
  field has an index (minimum_field_coverage); elsewhere the published rank stands.
-#}
with

levels as (
    {% for level in range(4) %}
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

coverages as (
    select
        ranking_id,
        edition,
        node_id,
        sum(case when is_applicable then 1 else 0 end) as applicable_city_count,
        count(index_value) as valued_city_count
    from results
    group by ranking_id, edition, node_id
),

rankable as (
    select
        results.ranking_id,
        results.edition,
        results.node_id,
        results.city_id,
        results.rank_value,
        coverages.valued_city_count
    from results
    inner join coverages
        on
            results.ranking_id = coverages.ranking_id
            and results.edition = coverages.edition
            and results.node_id = coverages.node_id
    where
        results.rank_value is not null
        and coverages.valued_city_count
        >= results.minimum_field_coverage * coverages.applicable_city_count
),

ranked as (
    select
        ranking_id,
        edition,
        node_id,
        city_id,
        valued_city_count,
        rank() over (
            partition by ranking_id, edition, node_id
            order by rank_value desc nulls last
        ) as computed_rank,
        count(*) over (
            partition by ranking_id, edition, node_id, rank_value
        ) as tie_size
    from rankable
),

ties as (
    select
        ranked.ranking_id,
        ranked.edition,
        ranked.node_id,
        ranked.city_id,
        {{ ordered_list('others.city_id') }} as tied_with
    from ranked
    inner join ranked as others
        on
            ranked.ranking_id = others.ranking_id
            and ranked.edition = others.edition
            and ranked.node_id = others.node_id
            and ranked.computed_rank = others.computed_rank
            and ranked.city_id <> others.city_id
    where ranked.tie_size > 1 and others.tie_size > 1
    group by ranked.ranking_id, ranked.edition, ranked.node_id, ranked.city_id
),

final as (
    select
        results.ranking_id,
        results.edition,
        results.previous_edition,
        results.city_id,
        results.node_id,
        results.indicator_count,
        results.scored_indicator_count,
        results.carried_count,
        results.computed_index,
        results.published_index,
        results.index_value,
        results.index_without_projects,
        results.index_before_projects,
        results.index_basis,
        results.is_simulated,
        cast(ranked.computed_rank as integer) as computed_rank,
        published_results.published_rank,
        published_results.published_tendency,
        cast(coalesce(ranked.computed_rank, published_results.published_rank) as integer)
            as place,
        case
            when ranked.computed_rank is not null then 'computed'
            when published_results.published_rank is not null then 'published'
        end as rank_basis,
        cast(ranked.valued_city_count as integer) as ranked_city_count,
        ties.tied_with
    from results
    left join ranked
        on
            results.ranking_id = ranked.ranking_id
            and results.edition = ranked.edition
            and results.node_id = ranked.node_id
            and results.city_id = ranked.city_id
    left join ties
        on
            results.ranking_id = ties.ranking_id
            and results.edition = ties.edition
            and results.node_id = ties.node_id
            and results.city_id = ties.city_id
    left join published_results
        on
            results.ranking_id = published_results.ranking_id
            and results.edition = published_results.edition
            and results.node_id = published_results.node_id
            and results.city_id = published_results.city_id
)

select * from final

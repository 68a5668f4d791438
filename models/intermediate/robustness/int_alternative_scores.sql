{#-
  Scores of the regular indicators of complete editions: as the methodology defines them, and by the
  two alternatives of the sensitivity analysis, which start from the raw values.
-#}
with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

nodes as (
    select *
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator' and role = 'regular'
),

field_scores as (
    select
        scores.edition_key,
        scores.city_id,
        scores.indicator_id,
        nodes.parent_node_id,
        nodes.node_number,
        nodes.scale_maximum,
        {{ oriented('scores.raw_value', 'nodes.direction') }} as oriented_value,
        scores.score
    from analysed
    inner join {{ ref('int_normalised_scores') }} as scores using (edition_key)
    inner join nodes
        on
            scores.edition_key = nodes.edition_key
            and scores.indicator_id = nodes.node_id
),

compared as (
    select
        *,
        min(oriented_value) over (partition by edition_key, indicator_id) as worst_value,
        max(oriented_value) over (partition by edition_key, indicator_id) as best_value,
        count(*) over (partition by edition_key, indicator_id) as value_count,
        count(*) over (partition by edition_key, indicator_id, oriented_value) as tie_size,
        rank() over (
            partition by edition_key, indicator_id
            order by oriented_value desc nulls last
        ) as value_rank
    from field_scores
),

alternatives as (
    select
        edition_key,
        city_id,
        parent_node_id,
        indicator_id,
        node_number,
        'as_defined' as normalisation,
        score
    from compared
    union all
    select
        edition_key,
        city_id,
        parent_node_id,
        indicator_id,
        node_number,
        'min_max' as normalisation,
        {{ min_max_score('oriented_value', 'worst_value', 'best_value', 'scale_maximum') }} as score
    from compared
    union all
    select
        edition_key,
        city_id,
        parent_node_id,
        indicator_id,
        node_number,
        'percentile_rank' as normalisation,
        {{ percentile_rank_score('value_rank', 'tie_size', 'value_count', 'scale_maximum') }} as score
    from compared
),

final as (
    select
        edition_key,
        city_id,
        parent_node_id,
        indicator_id,
        node_number,
        normalisation,
        cast(score as {{ type_index() }}) as score
    from alternatives
)

select * from final

{#-
  Scores of the regular indicators of analysed editions: as the methodology defines them, by the two
  alternatives of the sensitivity analysis, which start from the raw values, and with every missing
  score at the lowest or the highest that the scale allows. A score that does not count is no row.
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

applicable_scores as (
    select
        scores.edition_key,
        scores.city_id,
        scores.indicator_id,
        nodes.parent_node_id,
        nodes.node_number,
        nodes.scale_maximum,
        case
            when scores.score is not null then {{ oriented('scores.raw_value', 'nodes.direction') }}
        end as oriented_value,
        scores.score,
        -- a missing score counts as zero where the methodology says so
        cast(case when nodes.missing_value_rule = 'zero' then 0 end as {{ type_index() }})
            as missing_score
    from analysed
    inner join {{ ref('int_normalised_scores') }} as scores using (edition_key)
    inner join nodes
        on
            scores.edition_key = nodes.edition_key
            and scores.indicator_id = nodes.node_id
    where scores.status <> 'not_applicable'
),

compared as (
    select
        *,
        min(oriented_value) over (partition by edition_key, indicator_id) as worst_value,
        max(oriented_value) over (partition by edition_key, indicator_id) as best_value,
        count(oriented_value) over (partition by edition_key, indicator_id) as value_count,
        count(*) over (partition by edition_key, indicator_id, oriented_value) as tie_size,
        rank() over (
            partition by edition_key, indicator_id
            order by oriented_value desc nulls last
        ) as value_rank
    from applicable_scores
),

{%- set alternatives = [
    ('as_defined', 'none', 'score'),
    ('min_max', 'none', min_max_score('oriented_value', 'worst_value', 'best_value', 'scale_maximum')),
    ('percentile_rank', 'none', percentile_rank_score(
        'value_rank', 'tie_size', 'value_count', 'scale_maximum'
    )),
    ('as_defined', 'lowest', 'coalesce(score, 0)'),
    ('as_defined', 'highest', 'coalesce(score, scale_maximum)'),
] %}

alternatives as (
    {% for normalisation, imputation, score in alternatives %}
    select
        edition_key,
        city_id,
        parent_node_id,
        indicator_id,
        node_number,
        '{{ normalisation }}' as normalisation,
        '{{ imputation }}' as imputation,
        {% if imputation == 'none' %}
        case when score is null then missing_score else {{ score }} end as score
        {% else %}
        {{ score }} as score
        {% endif %}
    from compared
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    edition_key,
    city_id,
    parent_node_id,
    indicator_id,
    node_number,
    normalisation,
    imputation,
    cast(score as {{ type_index() }}) as score
from alternatives
where score is not null

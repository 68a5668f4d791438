{#-
  Every indicator of a city that has all scores, where too few other cities have theirs for
  what_if_scores: an overall index is linear in each score, and the known indices and ranks of the
  others bound the rank that it would have taken.
-#}
with

indicators as (
    select
        indicators.edition_key,
        indicators.node_id as indicator_id,
        indicators.parent_node_id,
        indicators.role,
        indicators.effective_weight,
        cast(
            indicators.scale_maximum * case
                when indicators.role = 'project'
                    then parents.project_cap_share * sum(
                        case when indicators.role = 'regular' then indicators.weight end
                    ) over (partition by indicators.edition_key, indicators.parent_node_id)
                else 1
            end as {{ type_index() }}
        ) as maximum_score
    from {{ ref('int_edition_nodes') }} as indicators
    inner join {{ ref('int_edition_nodes') }} as parents
        on
            indicators.edition_key = parents.edition_key
            and indicators.parent_node_id = parents.node_id
    where indicators.node_type = 'indicator'
),

other_ranges as (
    select
        edition_key,
        city_id,
        index_from,
        index_to,
        max(case when is_contradiction then 1 else 0 end) over (partition by edition_key)
            as has_contradiction
    from {{ ref('int_result_ranges') }}
    where node_id = 'overall'
),

raised_indices as (
    select
        results.edition_key,
        results.city_id,
        indicators.indicator_id,
        indicators.parent_node_id,
        indicators.role,
        indicators.effective_weight,
        indicators.maximum_score,
        least(scores.score, indicators.maximum_score) as score,
        results.rank,
        results.rank_source,
        results.index_value,
        results.index_value + {{ multiply(
            'indicators.effective_weight',
            '(indicators.maximum_score - least(scores.score, indicators.maximum_score))'
        ) }} as raised_index,
        results.is_simulated
    from {{ ref('int_ranks') }} as results
    inner join {{ ref('int_analysed_editions') }} as analysed using (edition_key)
    inner join indicators using (edition_key)
    inner join {{ ref('int_normalised_scores') }} as scores
        on
            results.edition_key = scores.edition_key
            and results.city_id = scores.city_id
            and indicators.indicator_id = scores.indicator_id
    where
        analysed.status = 'too_few_cities'
        and results.node_id = 'overall'
        and results.computed_index is not null
        and results.scored_indicator_count = results.indicator_count
        and indicators.effective_weight is not null
        and scores.score is not null
),

{% for bound in ['index_from', 'index_to'] %}
{{ bound }}_values as (
    select
        edition_key,
        {{ bound }} as rank_value
    from other_ranges
    where has_contradiction = 0
),

{% endfor %}
queries as (
    select
        edition_key,
        city_id,
        indicator_id,
        raised_index as query_value
    from raised_indices
),

{% for bound in ['index_from', 'index_to'] %}
{{ bound }}_counts as (
    {{ better_city_counts('queries', bound ~ '_values', ['edition_key'], ['city_id', 'indicator_id']) }}
),

{% endfor %}
final as (
    select
        ---------- ids
        raised.edition_key,
        editions.ranking_id,
        editions.edition,
        raised.city_id,
        raised.indicator_id,
        {{ node_key('raised.edition_key', 'raised.indicator_id') }} as indicator_key,
        raised.parent_node_id as category_id,
        {{ node_key('raised.edition_key', 'raised.parent_node_id') }} as category_key,
        raised.role,

        ---------- as it is
        raised.rank,
        raised.rank_source,
        raised.index_value,
        cast(raised.score as {{ type_index() }}) as score,
        raised.maximum_score,
        raised.effective_weight,

        ---------- at the highest score
        cast(raised.raised_index - raised.index_value as {{ type_index() }})
            as index_points_at_maximum,
        cast(raised.raised_index as {{ type_index() }}) as index_at_maximum,
        {{ displayed_number('raised.raised_index', 'editions.index_digits') }}
            as index_at_maximum_displayed,
        cast(
            case
                when other_ranges.has_contradiction = 1 then null
                when raised.raised_index = raised.index_value and raised.rank is not null
                    then raised.rank
                else 1 + index_from_counts.better_city_count
            end as integer
        ) as rank_from_at_maximum,
        -- the city itself is not one of the others, and no rank is lost
        cast(
            case
                when other_ranges.has_contradiction = 0
                    then least(
                        1 + index_to_counts.better_city_count
                        - case when other_ranges.index_to > raised.raised_index then 1 else 0 end,
                        coalesce(raised.rank, 1 + index_to_counts.better_city_count)
                    )
            end as integer
        ) as rank_to_at_maximum,

        ---------- provenance
        raised.is_simulated,
        editions.is_simulated_ranking
    from raised_indices as raised
    inner join {{ ref('int_editions') }} as editions using (edition_key)
    inner join other_ranges using (edition_key, city_id)
    inner join index_from_counts using (edition_key, city_id, indicator_id)
    inner join index_to_counts using (edition_key, city_id, indicator_id)
)

select * from final

{#-
  The scores below a category as lists in the order of node_number, with their logarithms and where
  they are 0, for runs in which some mean is geometric. What does not count weighs nothing, and stands
  as 0.
-#}
{%- set keys = 'edition_key, normalisation, imputation, city_id, parent_node_id' -%}
with

city_indicators as (
    select
        runs.edition_key,
        runs.normalisation,
        runs.imputation,
        patterns.city_id,
        nodes.parent_node_id,
        nodes.node_number,
        cast(coalesce(scores.score, 0) as double) as score,
        scores.score is not null and scores.score = 0 as is_zero
    from (
        select distinct edition_key, normalisation, imputation
        from {{ ref('int_simulations') }}
        where not is_additive
    ) as runs
    inner join {{ ref('int_coverage_patterns') }} as patterns
        on
            runs.edition_key = patterns.edition_key
            and patterns.is_imputed = (runs.imputation <> 'none')
    inner join {{ ref('int_edition_nodes') }} as nodes on runs.edition_key = nodes.edition_key
    left join {{ ref('int_alternative_scores') }} as scores
        on
            runs.edition_key = scores.edition_key
            and runs.normalisation = scores.normalisation
            and runs.imputation = scores.imputation
            and patterns.city_id = scores.city_id
            and nodes.node_number = scores.node_number
    where nodes.node_type = 'indicator' and nodes.role = 'regular'
)

select
    {{ keys }},
    {{ ordered_values('score', 'node_number') }} as score_list,
    {{ ordered_values('case when score > 0 then ln(score) else cast(0 as double) end', 'node_number') }}
        as logarithm_list,
    {{ ordered_values('cast(case when is_zero then 1 else 0 end as double)', 'node_number') }}
        as zero_list
from city_indicators
group by {{ keys }}

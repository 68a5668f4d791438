{#- Suspicious, not provably wrong: what a person should look at before trusting it. -#}
with

results as (
    select * from {{ ref('fct_index_results') }}
),

rank_jumps as (
    select
        *,
        'rank_jump' as rule_id,
        cast(abs(tendency) as decimal(18, 12)) as found_value,
        cast(1 as decimal(9, 3)) as threshold_factor
    from results
),

-- the threshold is stated for a scale of 100
index_jumps as (
    select
        results.*,
        'index_jump' as rule_id,
        cast(
            abs(
                results.index_value - {{ on_this_scale(
                    'previous_results.index_value', 'editions.previous_scale_factor'
                ) }}
            ) as decimal(18, 12)
        ) as found_value,
        editions.scale_maximum / 100 as threshold_factor
    from results
    inner join results as previous_results
        on
            results.previous_edition_key = previous_results.edition_key
            and results.city_id = previous_results.city_id
            and results.category_id = previous_results.category_id
    inner join {{ ref('int_editions') }} as editions
        on results.edition_key = editions.edition_key
),

candidates as (
    select * from rank_jumps
    union all
    select * from index_jumps
),

compared as (
    select
        candidates.rule_id,
        candidates.edition_key,
        candidates.ranking_id,
        candidates.edition,
        candidates.city_id,
        candidates.category_id,
        {{ node_key('candidates.edition_key', 'candidates.category_id') }} as category_key,
        candidates.found_value,
        cast(rules.threshold * candidates.threshold_factor as decimal(9, 3)) as threshold,
        rules.description as rule_description,
        candidates.is_simulated,
        candidates.is_simulated_ranking
    from candidates
    inner join {{ ref('stg_qc_rules') }} as rules using (rule_id)
)

select *
from compared
where found_value >= threshold

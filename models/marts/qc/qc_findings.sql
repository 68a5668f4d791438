{#- Suspicious, not provably wrong: what a person should look at before trusting it. -#}
with

rules as (
    select * from {{ ref('stg_qc_rules') }}
),

results as (
    select * from {{ ref('fct_index_results') }}
),

previous_results as (
    select * from {{ ref('fct_index_results') }}
),

editions as (
    select * from {{ ref('dim_editions') }}
),

rank_jumps as (
    select
        'rank_jump' as rule_id,
        ranking_id,
        edition,
        city_id,
        category_id,
        cast(abs(tendency) as decimal(18, 12)) as found_value,
        cast(1 as decimal(9, 3)) as threshold_factor,
        is_simulated,
        is_simulated_field
    from results
),

-- the threshold is stated for a scale of 100
index_jumps as (
    select
        'index_jump' as rule_id,
        results.ranking_id,
        results.edition,
        results.city_id,
        results.category_id,
        cast(abs(results.index_value - previous_results.index_value) as decimal(18, 12))
            as found_value,
        editions.scale_maximum / 100 as threshold_factor,
        results.is_simulated,
        results.is_simulated_field
    from results
    inner join previous_results
        on
            results.ranking_id = previous_results.ranking_id
            and results.previous_edition = previous_results.edition
            and results.city_id = previous_results.city_id
            and results.category_id = previous_results.category_id
    inner join editions
        on results.ranking_id = editions.ranking_id and results.edition = editions.edition
),

candidates as (
    select * from rank_jumps
    union all
    select * from index_jumps
),

compared as (
    select
        candidates.rule_id,
        candidates.ranking_id,
        candidates.edition,
        candidates.city_id,
        candidates.category_id,
        candidates.found_value,
        cast(rules.threshold * candidates.threshold_factor as decimal(9, 3)) as threshold,
        rules.description as rule_description,
        candidates.is_simulated,
        candidates.is_simulated_field
    from candidates
    inner join rules using (rule_id)
),

final as (
    select *
    from compared
    where found_value >= threshold
)

select * from final

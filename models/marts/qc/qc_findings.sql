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

rank_jumps as (
    select
        'rank_jump' as rule_id,
        ranking_id,
        edition,
        city_id,
        category_id,
        cast(abs(tendency) as decimal(18, 12)) as found_value,
        is_simulated,
        is_simulated_field
    from results
),

index_jumps as (
    select
        'index_jump' as rule_id,
        results.ranking_id,
        results.edition,
        results.city_id,
        results.category_id,
        cast(abs(results.index_value - previous_results.index_value) as decimal(18, 12))
            as found_value,
        results.is_simulated,
        results.is_simulated_field
    from results
    inner join previous_results
        on
            results.ranking_id = previous_results.ranking_id
            and results.previous_edition = previous_results.edition
            and results.city_id = previous_results.city_id
            and results.category_id = previous_results.category_id
),

candidates as (
    select * from rank_jumps
    union all
    select * from index_jumps
),

final as (
    select
        candidates.rule_id,
        candidates.ranking_id,
        candidates.edition,
        candidates.city_id,
        candidates.category_id,
        candidates.found_value,
        rules.threshold,
        rules.description as rule_description,
        candidates.is_simulated,
        candidates.is_simulated_field
    from candidates
    inner join rules on candidates.rule_id = rules.rule_id
    where candidates.found_value >= rules.threshold
)

select * from final

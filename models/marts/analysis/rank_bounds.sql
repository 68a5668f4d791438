with

nodes as (
    select *
    from {{ ref('int_edition_nodes') }}
    where node_id = 'overall'
),

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed' and is_additive
),

-- ahead for sure: by at least one unit of what ranks are taken on
sure_wins as (
    select
        differences.edition_key,
        differences.scenario_id,
        differences.city_id,
        differences.other_city_id
    from {{ ref('int_pairwise_dominance') }} as differences
    inner join nodes using (edition_key)
    where
        differences.smallest_difference
        >= {{ rank_value_unit('nodes.rank_taken_on', 'nodes.index_digits') }}
),

win_counts as (
    select
        edition_key,
        scenario_id,
        city_id,
        count(*) as dominated_city_count
    from sure_wins
    group by edition_key, scenario_id, city_id
),

loss_counts as (
    select
        edition_key,
        scenario_id,
        other_city_id as city_id,
        count(*) as dominating_city_count
    from sure_wins
    group by edition_key, scenario_id, other_city_id
)

select
    ---------- ids
    results.edition_key,
    results.ranking_id,
    results.edition,
    scenarios.scenario_id,
    results.city_id,

    ---------- range of the weights
    scenarios.distribution as weight_distribution,
    scenarios.weight_variation,

    ---------- ranks
    results.rank,
    cast(1 + coalesce(loss_counts.dominating_city_count, 0) as integer) as best_rank,
    cast(
        results.analysed_city_count - coalesce(win_counts.dominated_city_count, 0) as integer
    ) as worst_rank,
    cast(coalesce(loss_counts.dominating_city_count, 0) as integer)
        as dominating_city_count,
    cast(coalesce(win_counts.dominated_city_count, 0) as integer)
        as dominated_city_count,

    ---------- coverage
    results.scored_indicator_count,
    results.indicator_count,
    results.analysed_city_count,
    results.edition_city_count,

    ---------- provenance
    results.is_simulated,
    results.is_simulated_ranking
from analysed
inner join {{ ref('int_ranked_cities') }} as results using (edition_key)
inner join {{ ref('stg_weight_scenarios') }} as scenarios
    on scenarios.normalisation = 'as_defined' and scenarios.root_aggregation <> 'geometric'
left join loss_counts using (edition_key, scenario_id, city_id)
left join win_counts using (edition_key, scenario_id, city_id)

with

runs as (
    select *
    from {{ ref('int_simulations') }}
    where simulation_type = 'weights'
),

run_results as (
    select * from {{ ref('int_simulation_results') }}
),

results as (
    select * from {{ ref('int_ranked_cities') }}
),

cumulated as (
    select
        *,
        sum(draws_at_rank) over (
            partition by edition_key, scenario_id, city_id
            order by rank
            rows between unbounded preceding and current row
        ) as draws_up_to_rank,
        sum(draws_at_rank) over (
            partition by edition_key, scenario_id, city_id
        ) as draw_count
    from {{ ref('rank_distribution') }} as distribution
),

summarised as (
    select
        cumulated.edition_key,
        cumulated.scenario_id,
        cumulated.city_id,
        max(cumulated.draw_count) as draw_count,
        {{ divide('sum(cumulated.rank * cumulated.draws_at_rank)', 'max(cumulated.draw_count)') }}
            as mean_rank,
        min(cumulated.rank) as best_drawn_rank,
        max(cumulated.rank) as worst_drawn_rank,
        {% for name, percent in [('rank_p05', 5), ('median_rank', 50), ('rank_p95', 95)] %}
        {{ discrete_quantile(
            'cumulated.rank', 'cumulated.draws_up_to_rank', 'cumulated.draw_count', percent
        ) }} as {{ name }},
        {% endfor %}
        {% for name, condition in [
            ('probability_top_3', 'cumulated.rank <= 3'),
            ('probability_top_10', 'cumulated.rank <= 10'),
            ('probability_top_quarter', '4 * cumulated.rank <= results.analysed_city_count'),
            ('share_at_rank', 'cumulated.rank = results.rank'),
        ] %}
        {{ divide(
            'sum(case when ' ~ condition ~ ' then cumulated.draws_at_rank else 0 end)',
            'max(cumulated.draw_count)'
        ) }} as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from cumulated
    inner join results using (edition_key, city_id)
    group by
        cumulated.edition_key,
        cumulated.scenario_id,
        cumulated.city_id
),

duels as (
    select
        runs.edition_key,
        runs.simulation_group as scenario_id,
        neighbours.city_id,
        neighbours.next_worse_city_id,
        {{ divide(
            'sum(case when run_results.rank_value > next_results.rank_value then 1 else 0 end)',
            'count(*)'
        ) }} as win_share,
        {{ divide(
            'sum(case when run_results.rank_value < next_results.rank_value then 1 else 0 end)',
            'count(*)'
        ) }} as loss_share
    from runs
    inner join run_results using (simulation_number)
    inner join {{ ref('int_ranked_cities') }} as neighbours using (edition_key, city_id)
    inner join run_results as next_results
        on
            run_results.simulation_number = next_results.simulation_number
            and neighbours.next_worse_city_id = next_results.city_id
    group by
        runs.edition_key,
        runs.simulation_group,
        neighbours.city_id,
        neighbours.next_worse_city_id
),

final as (
    select
        ---------- ids
        summarised.edition_key,
        results.ranking_id,
        results.edition,
        summarised.scenario_id,
        summarised.city_id,

        ---------- distribution of the weights
        scenarios.distribution as weight_distribution,
        scenarios.weight_variation,
        scenarios.normalisation,
        scenarios.root_aggregation,
        cast(summarised.draw_count as integer) as draw_count,

        ---------- ranks
        results.rank,
        summarised.mean_rank,
        summarised.median_rank,
        summarised.rank_p05,
        summarised.rank_p95,
        summarised.best_drawn_rank,
        summarised.worst_drawn_rank,
        summarised.share_at_rank,
        summarised.probability_top_3,
        summarised.probability_top_10,
        summarised.probability_top_quarter,

        ---------- neighbours
        duels_above.city_id as next_better_city_id,
        duels_above.loss_share as probability_beats_next_better,
        duels_below.next_worse_city_id,
        duels_below.win_share as probability_beats_next_worse,

        ---------- coverage
        results.scored_indicator_count,
        results.indicator_count,
        results.analysed_city_count,
        results.edition_city_count,

        ---------- provenance
        results.is_simulated,
        results.is_simulated_ranking
    from summarised
    inner join {{ ref('stg_weight_scenarios') }} as scenarios using (scenario_id)
    inner join results using (edition_key, city_id)
    left join duels as duels_above
        on
            summarised.edition_key = duels_above.edition_key
            and summarised.scenario_id = duels_above.scenario_id
            and summarised.city_id = duels_above.next_worse_city_id
    left join duels as duels_below using (edition_key, scenario_id, city_id)
)

select * from final

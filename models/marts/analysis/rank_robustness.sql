with

duels as (
    select * from {{ ref('pairwise_probability') }}
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
)

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
    results.next_better_city_id,
    duels_above.probability_ahead as probability_beats_next_better,
    results.next_worse_city_id,
    duels_below.probability_ahead as probability_beats_next_worse,

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
        and summarised.city_id = duels_above.city_id
        and results.next_better_city_id = duels_above.other_city_id
left join duels as duels_below
    on
        summarised.edition_key = duels_below.edition_key
        and summarised.scenario_id = duels_below.scenario_id
        and summarised.city_id = duels_below.city_id
        and results.next_worse_city_id = duels_below.other_city_id

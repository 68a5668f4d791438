with

analysed as (
    select * from {{ ref('int_analysed_editions') }}
),

indices as (
    select *
    from {{ ref('int_index') }}
    where node_id = 'overall'
),

missing_scores as (
    select
        edition_key,
        city_id,
        sum(case when status <> 'not_applicable' and score is null then 1 else 0 end)
            as missing_score_count
    from {{ ref('int_normalised_scores') }}
    group by edition_key, city_id
),

-- the index if every missing score were the lowest or the highest
imputed_indices as (
    select
        runs.edition_key,
        run_results.city_id,
    {% for imputation in ['lowest', 'highest'] %}
    max(case when runs.imputation = '{{ imputation }}' then run_results.index_value end)
        as {{ imputation }}_index,
    max(case when runs.imputation = '{{ imputation }}' then run_results.rank_value end)
        as {{ imputation }}_rank_value{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_simulations') }} as runs
    inner join {{ ref('int_simulation_results') }} as run_results using (simulation_number)
    where runs.simulation_type = 'imputed'
    group by runs.edition_key, run_results.city_id
),

-- a published index that stands alone does not hang on any score
possible_indices as (
    select
        edition_key,
        city_id,
        lowest_index,
        lowest_rank_value,
        highest_index,
        highest_rank_value
    from imputed_indices
    union all
    select
        indices.edition_key,
        indices.city_id,
    {% for imputation in ['lowest', 'highest'] %}
    indices.index_value as {{ imputation }}_index,
    {{ rank_value('indices.index_value', 'editions.rank_taken_on', 'editions.index_digits') }}
        as {{ imputation }}_rank_value{{ ',' if not loop.last }}
    {% endfor %}
    from indices
    inner join analysed using (edition_key)
    inner join {{ ref('int_editions') }} as editions using (edition_key)
    where
        analysed.status = 'analysed'
        and indices.computed_index is null
        and indices.index_value is not null
),

-- with the other cities wherever it suits the city, and where it suits it least
possible_ranks as (
    select
        own.edition_key,
        own.city_id,
        1 + sum(case when others.lowest_rank_value > own.highest_rank_value then 1 else 0 end)
            as best_rank,
        1 + sum(
            case
                when
                    others.city_id <> own.city_id
                    and others.highest_rank_value > own.lowest_rank_value
                    then 1
                else 0
            end
        ) as worst_rank
    from possible_indices as own
    inner join possible_indices as others using (edition_key)
    group by own.edition_key, own.city_id
)

select
    ---------- ids
    indices.edition_key,
    editions.ranking_id,
    editions.edition,
    indices.city_id,

    ---------- coverage
    case
        when analysed.status <> 'analysed' then analysed.status
        when ranked_cities.city_id is null then 'index_missing'
        else 'analysed'
    end as status,
    indices.indicator_count,
    indices.scored_indicator_count,
    cast(coalesce(missing_scores.missing_score_count, 0) as integer) as missing_score_count,
    analysed.analysed_city_count,
    analysed.city_count as edition_city_count,

    ---------- index and rank, as they are and wherever the missing scores lie
    ranked_cities.index_value,
    cast(possible_indices.lowest_index as {{ type_index() }}) as lowest_index,
    cast(possible_indices.highest_index as {{ type_index() }}) as highest_index,
    ranked_cities.rank,
    cast(possible_ranks.best_rank as integer) as best_rank,
    cast(possible_ranks.worst_rank as integer) as worst_rank,

    ---------- provenance
    indices.is_simulated,
    editions.is_simulated_ranking
from indices
inner join analysed using (edition_key)
inner join {{ ref('int_editions') }} as editions using (edition_key)
left join {{ ref('int_ranked_cities') }} as ranked_cities using (edition_key, city_id)
left join missing_scores using (edition_key, city_id)
left join possible_indices using (edition_key, city_id)
left join possible_ranks using (edition_key, city_id)

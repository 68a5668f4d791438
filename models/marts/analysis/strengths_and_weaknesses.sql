with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

scores as (
    select *
    from {{ ref('fct_indicator_scores') }}
    where role = 'regular'
),

placed as (
    select
        scores.edition_key,
        scores.ranking_id,
        scores.edition,
        scores.city_id,
        scores.indicator_id,
        scores.category_id,
        scores.score,
        scores.rank,
        scores.is_simulated,
        scores.is_simulated_ranking,
        count(*) over (
            partition by scores.edition_key, scores.indicator_id
        ) as city_count,
        count(*) over (
            partition by scores.edition_key, scores.indicator_id, scores.rank
        ) as tie_size
    from analysed
    inner join scores using (edition_key)
),

-- tied cities share their mean rank, so that an indicator without differences is nobody's strength
final as (
    select
        edition_key,
        ranking_id,
        edition,
        city_id,
        indicator_id,
        category_id,
        score,
        rank,
        cast(city_count as integer) as ranked_city_count,
        {{ divide('2 * rank + tie_size - 1', '2') }} as mean_rank,
        case
            when 2 * rank + tie_size - 1 <= 2 * {{ setting('strength_share') }} * city_count
                then 'strength'
            when
                2 * (city_count + 1) - (2 * rank + tie_size - 1)
                <= 2 * {{ setting('strength_share') }} * city_count
                then 'weakness'
            else 'neither'
        end as assessment,
        is_simulated,
        is_simulated_ranking
    from placed
)

select * from final

{#-
  Every published figure next to what the other figures give. A published figure is never changed:
  a contradiction is listed, with the note of known_contradictions.
-#}
with

ranks as (
    select * from {{ ref('int_category_ranks') }}
),

tendencies as (
    select * from {{ ref('int_category_tendencies') }}
),

published_results as (
    select * from {{ ref('int_published_results') }}
),

index_changes as (
    select * from {{ ref('stg_published_index_changes') }}
),

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

known_contradictions as (
    select * from {{ ref('stg_known_contradictions') }}
),

field_sizes as (
    select
        ranking_id,
        edition,
        count(*) as city_count
    from edition_cities
    group by ranking_id, edition
),

-- index: recomputed from indicator scores, or from the categories below
index_figures as (
    select
        published_results.ranking_id,
        published_results.edition,
        published_results.city_id,
        published_results.node_id as category_id,
        'index' as figure,
        published_results.published_index as published_value,
        published_results.published_index_digits as published_digits,
        ranks.computed_index as computed_value,
        case
            when ranks.computed_index is null then null
            when ranks.carried_count = 0 then 'indicator_scores'
            else 'category_indices'
        end as check_basis,
        cast(null as integer) as possible_from,
        cast(null as integer) as possible_to,
        {{ verdict(
            'ranks.computed_index',
            'published_results.published_index',
            'published_results.published_index_digits'
        ) }} as verdict,
        ranks.is_simulated,
        published_results.source
    from published_results
    inner join ranks using (ranking_id, edition, city_id, node_id)
    where published_results.published_index is not null
),

-- rank: computed where the field is complete, otherwise bounded by the other published indices.
-- A printed 80.1 stands for 80.05 to below 80.15, so that another printed figure of as many digits
-- is another place.
index_intervals as (
    select
        ranking_id,
        edition,
        node_id,
        city_id,
        published_rank,
        published_index - 0.5 * {{ last_digit_unit('published_index_digits') }} as lowest_index,
        published_index + 0.5 * {{ last_digit_unit('published_index_digits') }} as highest_index
    from published_results
    where published_index is not null
),

ordered_pairs as (
    select
        own.ranking_id,
        own.edition,
        own.node_id,
        own.city_id,
        others.published_rank as other_rank,
        others.lowest_index >= own.highest_index as is_other_better,
        others.highest_index <= own.lowest_index as is_other_worse
    from index_intervals as own
    inner join index_intervals as others
        on
            own.ranking_id = others.ranking_id
            and own.edition = others.edition
            and own.node_id = others.node_id
            and own.city_id <> others.city_id
),

certain_orders as (
    select
        ranking_id,
        edition,
        node_id,
        city_id,
        sum(case when is_other_better then 1 else 0 end) as better_count,
        sum(case when is_other_worse then 1 else 0 end) as worse_count,
        coalesce(max(case when is_other_better then other_rank end), 0) as last_better_rank,
        min(case when is_other_worse then other_rank end) as first_worse_rank
    from ordered_pairs
    group by ranking_id, edition, node_id, city_id
),

possible_ranks as (
    select
        certain_orders.ranking_id,
        certain_orders.edition,
        certain_orders.node_id,
        certain_orders.city_id,
        1 + greatest(certain_orders.better_count, certain_orders.last_better_rank)
            as possible_from,
        least(
            field_sizes.city_count - certain_orders.worse_count,
            coalesce(certain_orders.first_worse_rank - 1, field_sizes.city_count)
        ) as possible_to
    from certain_orders
    inner join field_sizes using (ranking_id, edition)
),

rank_bounds as (
    select
        published_results.ranking_id,
        published_results.edition,
        published_results.city_id,
        published_results.node_id as category_id,
        published_results.published_rank,
        published_results.source,
        ranks.computed_rank,
        ranks.is_simulated,
        possible_ranks.possible_from,
        possible_ranks.possible_to
    from published_results
    inner join ranks using (ranking_id, edition, city_id, node_id)
    left join possible_ranks using (ranking_id, edition, node_id, city_id)
    where published_results.published_rank is not null
),

rank_figures as (
    select
        ranking_id,
        edition,
        city_id,
        category_id,
        'rank' as figure,
        published_rank as published_value,
        0 as published_digits,
        computed_rank as computed_value,
        case
            when computed_rank is not null then 'complete_field'
            when possible_from is not null then 'order_of_indices'
        end as check_basis,
        case when computed_rank is null then possible_from end as possible_from,
        case when computed_rank is null then possible_to end as possible_to,
        case
            when computed_rank = published_rank then 'match'
            when computed_rank is not null then 'contradiction'
            when published_rank between possible_from and possible_to then 'consistent'
            when possible_from is not null then 'contradiction'
            else 'not_checkable'
        end as verdict,
        is_simulated,
        source
    from rank_bounds
),

-- tendency: from the ranks of both editions; if only one is known, the place it implies in the
-- edition before must exist and must not be another city's
tendency_bases as (
    select
        published_results.ranking_id,
        published_results.edition,
        published_results.city_id,
        published_results.node_id as category_id,
        published_results.published_tendency,
        published_results.previous_edition,
        published_results.source,
        ranks.place,
        ranks.is_simulated,
        case
            when tendencies.previous_rank_basis = 'edition_before' then tendencies.previous_rank
        end as previous_rank,
        edition_cities.is_new_in_field,
        field_sizes.city_count as previous_city_count
    from published_results
    inner join ranks using (ranking_id, edition, city_id, node_id)
    inner join tendencies using (ranking_id, edition, city_id, node_id)
    inner join edition_cities using (ranking_id, edition, city_id)
    left join field_sizes
        on
            published_results.ranking_id = field_sizes.ranking_id
            and published_results.previous_edition = field_sizes.edition
    where published_results.published_tendency is not null
),

-- a city whose own place in the edition before is known is checked against that place
held_places as (
    select distinct
        ranking_id,
        edition,
        node_id,
        place
    from ranks
),

tendency_figures as (
    select
        tendency_bases.ranking_id,
        tendency_bases.edition,
        tendency_bases.city_id,
        tendency_bases.category_id,
        'tendency' as figure,
        tendency_bases.published_tendency as published_value,
        0 as published_digits,
        tendency_bases.previous_rank - tendency_bases.place as computed_value,
        case
            when tendency_bases.previous_rank - tendency_bases.place is not null
                then 'ranks_of_both_editions'
            when tendency_bases.place is not null and tendency_bases.previous_edition is not null
                then 'implied_previous_place'
        end as check_basis,
        case
            when tendency_bases.previous_rank is null then 1 - tendency_bases.place
        end as possible_from,
        case
            when tendency_bases.previous_rank is null
                then tendency_bases.previous_city_count - tendency_bases.place
        end as possible_to,
        case
            when
                tendency_bases.previous_rank - tendency_bases.place
                = tendency_bases.published_tendency
                then 'match'
            when tendency_bases.previous_rank - tendency_bases.place is not null
                then 'contradiction'
            when tendency_bases.previous_edition is null or tendency_bases.place is null
                then 'not_checkable'
            when tendency_bases.is_new_in_field then 'contradiction'
            when
                tendency_bases.place + tendency_bases.published_tendency
                not between 1 and tendency_bases.previous_city_count
                then 'contradiction'
            when held_places.place is not null then 'contradiction'
            else 'consistent'
        end as verdict,
        tendency_bases.is_simulated,
        tendency_bases.source
    from tendency_bases
    left join held_places
        on
            tendency_bases.ranking_id = held_places.ranking_id
            and tendency_bases.previous_edition = held_places.edition
            and tendency_bases.category_id = held_places.node_id
            and tendency_bases.place + tendency_bases.published_tendency = held_places.place
),

-- index change: the difference of the indices of both editions
index_change_figures as (
    select
        index_changes.ranking_id,
        index_changes.edition,
        index_changes.city_id,
        index_changes.category_id,
        'index_change' as figure,
        index_changes.published_index_change as published_value,
        index_changes.change_digits as published_digits,
        ranks.index_value - tendencies.index_in_previous_edition as computed_value,
        case
            when ranks.index_value - tendencies.index_in_previous_edition is not null
                then 'indices_of_both_editions'
        end as check_basis,
        cast(null as integer) as possible_from,
        cast(null as integer) as possible_to,
        {{ verdict(
            '(ranks.index_value - tendencies.index_in_previous_edition)',
            'index_changes.published_index_change',
            'index_changes.change_digits'
        ) }} as verdict,
        ranks.is_simulated,
        index_changes.source
    from index_changes
    inner join ranks
        on
            index_changes.ranking_id = ranks.ranking_id
            and index_changes.edition = ranks.edition
            and index_changes.city_id = ranks.city_id
            and index_changes.category_id = ranks.node_id
    inner join tendencies
        on
            index_changes.ranking_id = tendencies.ranking_id
            and index_changes.edition = tendencies.edition
            and index_changes.city_id = tendencies.city_id
            and index_changes.category_id = tendencies.node_id
),

figures as (
    select * from index_figures
    union all
    select * from rank_figures
    union all
    select * from tendency_figures
    union all
    select * from index_change_figures
),

final as (
    select
        ---------- ids
        figures.ranking_id,
        figures.edition,
        figures.city_id,
        figures.category_id,
        figures.figure,

        ---------- comparison
        cast(figures.published_value as decimal(9, 4)) as published_value,
        cast(figures.published_digits as integer) as published_digits,
        cast(figures.computed_value as {{ type_index() }}) as computed_value,
        cast(
            {{ round_to_digits('figures.computed_value', 'figures.published_digits') }}
            - figures.published_value
            as decimal(9, 4)
        ) as difference,
        cast(figures.possible_from as integer) as possible_from,
        cast(figures.possible_to as integer) as possible_to,
        figures.check_basis,
        figures.verdict,
        known_contradictions.note as contradiction_note,

        ---------- provenance
        figures.is_simulated,
        edition_cities.is_simulated_field,
        figures.source
    from figures
    inner join edition_cities using (ranking_id, edition, city_id)
    left join known_contradictions
        on
            known_contradictions.ranking_id in (
                figures.ranking_id, edition_cities.reference_ranking_id
            )
            and figures.edition = known_contradictions.edition
            and figures.city_id = known_contradictions.city_id
            and figures.category_id = known_contradictions.category_id
            and figures.figure = known_contradictions.figure
)

select * from final

{#-
  Published indices, and published changes of an index, next to the computed ones: recomputed from
  indicator scores, or from the categories below where one of those is overridden.
-#}
with

ranks as (
    select * from {{ ref('int_ranks') }}
),

indices as (
    select
        published.edition_key,
        published.city_id,
        published.node_id,
        'index' as figure,
        published.published_index as published_value,
        published.published_index_digits as published_digits,
        ranks.computed_index as computed_value,
        case when ranks.override_count = 0 then 'indicator_scores' else 'category_indices' end
            as checked_against,
        published.source
    from {{ ref('int_published_results') }} as published
    inner join ranks using (edition_key, city_id, node_id)
    where published.published_index is not null
),

index_changes as (
    select
        changes.edition_key,
        changes.city_id,
        changes.category_id as node_id,
        'index_change' as figure,
        changes.published_index_change as published_value,
        changes.change_digits as published_digits,
        ranks.index_value - ranks.index_in_previous_edition as computed_value,
        'indices_of_both_editions' as checked_against,
        changes.source
    from {{ ref('stg_published_index_changes') }} as changes
    inner join ranks
        on
            changes.edition_key = ranks.edition_key
            and changes.city_id = ranks.city_id
            and changes.category_id = ranks.node_id
),

figures as (
    select * from indices
    union all
    select * from index_changes
)

select
    edition_key,
    city_id,
    node_id,
    figure,
    published_value,
    published_digits,
    computed_value,
    case when computed_value is not null then checked_against end as checked_against,
    {{ verdict('computed_value', 'published_value', 'published_digits') }} as verdict,
    source
from figures

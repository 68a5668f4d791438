{#-
  Every published figure next to what the other figures give. A published figure is never changed:
  a contradiction is listed, with the note of known_contradictions.
-#}
with

figures as (
    select
        edition_key,
        city_id,
        node_id,
        figure,
        published_value,
        published_digits,
        computed_value,
        null as possible_from,
        null as possible_to,
        checked_against,
        verdict,
        source
    from {{ ref('int_checked_indices') }}
    {% for figure in ['rank', 'tendency'] %}
    union all
    select
        edition_key,
        city_id,
        node_id,
        '{{ figure }}' as figure,
        published_{{ figure }} as published_value,
        0 as published_digits,
        computed_{{ figure }} as computed_value,
        possible_from,
        possible_to,
        checked_against,
        verdict,
        source
    from {{ ref('int_checked_ranks' if figure == 'rank' else 'int_checked_tendencies') }}
    {% endfor %}
)

select
    ---------- ids
    figures.edition_key,
    cities.ranking_id,
    cities.edition,
    figures.city_id,
    figures.node_id as category_id,
    {{ node_key('figures.edition_key', 'figures.node_id') }} as category_key,
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
    figures.checked_against,
    figures.verdict,
    known_contradictions.note as contradiction_note,

    ---------- provenance
    ranks.is_simulated,
    cities.is_simulated_ranking,
    figures.source
from figures
inner join {{ ref('int_edition_cities') }} as cities using (edition_key, city_id)
inner join {{ ref('int_ranks') }} as ranks using (edition_key, city_id, node_id)
left join {{ ref('stg_known_contradictions') }} as known_contradictions
    on
        figures.edition_key = known_contradictions.edition_key
        and figures.city_id = known_contradictions.city_id
        and figures.node_id = known_contradictions.category_id
        and figures.figure = known_contradictions.figure

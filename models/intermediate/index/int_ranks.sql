{#-
  Rank, ties, ranks within state and size class, and tendency of every category. A rank is computed
  where enough of the cities have an index (minimum_city_coverage); elsewhere the published one
  is in force, or the one that published tendencies imply. Equal values share a rank.
-#}
{%- set category = 'partition by edition_key, node_id' -%}
{#- The first cities of a tie stand for all of it: all pairs would grow with the square of the tie. -#}
{%- set named_cities = 10 -%}
with

results as (
    select
        results.*,
        nodes.previous_edition_key,
        nodes.previous_scale_factor,
        nodes.minimum_city_coverage,
        cities.state_code,
        cities.size_class_id,
        cities.is_new_in_edition,
        published.published_rank,
        published.implied_rank,
        case when nodes.previous_edition_key is not null then published.published_tendency end
            as published_tendency,
        published.source as published_source,
        {{ rank_value('results.index_value', 'nodes.rank_taken_on', 'nodes.index_digits') }}
            as rank_value
    from {{ ref('int_index') }} as results
    inner join {{ ref('int_edition_nodes') }} as nodes using (edition_key, node_id)
    inner join {{ ref('int_edition_cities') }} as cities using (edition_key, city_id)
    left join {{ ref('int_published_results') }} as published using (edition_key, city_id, node_id)
),

counted as (
    select
        *,
        rank() over ({{ category }} order by rank_value desc nulls last) as value_rank,
        count(rank_value) over ({{ category }}) as valued_count,
        count(*) over ({{ category }}) as city_count
    from results
),

computed as (
    select
        *,
        rank_value is not null and valued_count >= minimum_city_coverage * city_count
            as is_rank_computed
    from counted
),

ranked as (
    select
        *,
        cast(case when is_rank_computed then value_rank end as integer) as computed_rank,
        cast(
            case
                when is_rank_computed then value_rank else coalesce(published_rank, implied_rank)
            end as integer
        ) as rank,
        case
            when is_rank_computed then 'computed'
            when published_rank is not null then 'published'
            when implied_rank is not null then 'implied'
        end as rank_source,
        cast(case when is_rank_computed then valued_count end as integer) as ranked_city_count,
        row_number() over ({{ category }}, is_rank_computed, rank_value order by city_id)
            as tie_position,
        count(*) over ({{ category }}, is_rank_computed, rank_value) as tie_size
    from computed
),

-- separators on both sides of every name, so that a city can be taken out of the list
ties as (
    select
        edition_key,
        node_id,
        computed_rank,
        ', ' || {{ ordered_list('city_id') }} || ', ' as names
    from ranked
    where computed_rank is not null and tie_size > 1 and tie_position <= {{ named_cities }}
    group by edition_key, node_id, computed_rank
),

tied as (
    select
        ranked.*,
        replace(ties.names, ', ' || ranked.city_id || ', ', ', ') as tied_names,
        ranked.tie_size - case when ranked.tie_position <= {{ named_cities }} then 0 else 1 end
        - {{ named_cities }} as unnamed_count
    from ranked
    left join ties using (edition_key, node_id, computed_rank)
),

-- a group is ranked only where every city of it has a rank
grouped as (
    select
        *,
        {% for group, column in [('state', 'state_code'), ('size_class', 'size_class_id')] %}
        cast(case when {{ column }} is not null then count(*) over {{ group }} end as integer)
            as cities_in_{{ group }},
        cast(
            case
                when
                    {{ column }} is not null
                    and count(*) over {{ group }} = count(rank) over {{ group }}
                    then rank() over ({{ category }}, {{ column }} order by rank asc nulls last)
            end as integer
        ) as rank_in_{{ group }}{{ ',' if not loop.last }}
        {% endfor %}
    from tied
    window
        state as ({{ category }}, state_code),
        size_class as ({{ category }}, size_class_id)
)

-- the tendency of an implied rank is the published one
select
    ---------- ids
    own.edition_key,
    own.previous_edition_key,
    own.city_id,
    own.node_id,

    ---------- index
    own.indicator_count,
    own.scored_indicator_count,
    own.override_count,
    own.computed_index,
    own.published_index,
    own.index_value,
    own.index_without_projects,
    own.index_source,

    ---------- rank
    own.computed_rank,
    own.published_rank,
    own.rank,
    own.rank_source,
    own.ranked_city_count,
    substring(own.tied_names, 3, length(own.tied_names) - 4)
    || case
        when own.unnamed_count > 0
            then ' and ' || cast(own.unnamed_count as {{ dbt.type_string() }}) || ' more'
        else ''
    end as tied_with,
    own.rank_in_state,
    own.cities_in_state,
    own.rank_in_size_class,
    own.cities_in_size_class,

    ---------- tendency
    own.published_tendency,
    {{ on_this_scale('before.index_value', 'own.previous_scale_factor') }}
        as index_in_previous_edition,
    coalesce(before.rank, own.rank + own.published_tendency) as previous_rank,
    case
        when before.rank is not null and before.rank_source <> 'implied' then 'edition_before'
        when coalesce(before.rank, own.rank + own.published_tendency) is not null
            then 'published_tendency'
    end as previous_rank_source,
    coalesce(before.rank - own.rank, own.published_tendency) as tendency,
    case
        when
            own.published_tendency is not null
            and (
                before.rank - own.rank is null
                or own.rank_source = 'implied'
                or before.rank_source = 'implied'
            )
            then 'published'
        when before.rank - own.rank is not null then 'computed'
    end as tendency_source,
    own.is_new_in_edition,

    ---------- provenance
    own.is_simulated,
    own.published_source
from grouped as own
left join grouped as before
    on
        own.previous_edition_key = before.edition_key
        and own.node_id = before.node_id
        and own.city_id = before.city_id

{#-
  The weight of every regular node in every run, before the siblings are scaled to one. Both
  editions of a draw use the same random number for a node, so that editions can be compared draw
  by draw. A parent whose only child is left out is left out itself.
-#}
with

runs as (
    select * from {{ ref('int_runs') }}
),

nodes as (
    select *
    from {{ ref('int_edition_nodes') }}
    where role = 'regular' and parent_node_id is not null
),

node_ids as (
    select distinct node_id
    from nodes
),

weight_draws as (
    select distinct weight_draw
    from runs
    where weight_draw is not null
),

random_numbers as (
    select
        weight_draws.weight_draw,
        node_ids.node_id,
        {{ uniform_number("weight_draws.weight_draw || '|' || node_ids.node_id") }} as random_number
    from weight_draws
    cross join node_ids
),

sibling_counts as (
    select
        ranking_id,
        edition,
        parent_node_id,
        count(*) as sibling_count
    from nodes
    group by ranking_id, edition, parent_node_id
),

left_out_0 as (
    select
        run_number,
        ranking_id,
        edition,
        run_group as node_id
    from runs
    where run_type = 'leave_one_out'
),

{% for step in [1, 2] %}
left_out_{{ step }} as (
    select
        left_out_{{ step - 1 }}.run_number,
        left_out_{{ step - 1 }}.ranking_id,
        left_out_{{ step - 1 }}.edition,
        nodes.parent_node_id as node_id
    from left_out_{{ step - 1 }}
    inner join nodes
        on
            left_out_{{ step - 1 }}.ranking_id = nodes.ranking_id
            and left_out_{{ step - 1 }}.edition = nodes.edition
            and left_out_{{ step - 1 }}.node_id = nodes.node_id
    inner join sibling_counts
        on
            nodes.ranking_id = sibling_counts.ranking_id
            and nodes.edition = sibling_counts.edition
            and nodes.parent_node_id = sibling_counts.parent_node_id
    where sibling_counts.sibling_count = 1
),

{% endfor %}
left_out as (
    {% for step in [0, 1, 2] %}
    select
        run_number,
        node_id
    from left_out_{{ step }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

drawn as (
    select
        runs.run_number,
        nodes.parent_node_id,
        nodes.node_id,
        nodes.node_type,
        case
            when left_out.node_id is not null then 0
            when runs.distribution = 'box'
                then
                    cast(nodes.weight as double)
                    * (1 + cast(runs.box_share as double) * (2 * random_numbers.random_number - 1))
            when runs.distribution = 'flat_simplex' then -ln(random_numbers.random_number)
            else cast(nodes.weight as double)
        end as weight
    from runs
    inner join nodes
        on runs.ranking_id = nodes.ranking_id and runs.edition = nodes.edition
    left join random_numbers
        on runs.weight_draw = random_numbers.weight_draw and nodes.node_id = random_numbers.node_id
    left join left_out
        on runs.run_number = left_out.run_number and nodes.node_id = left_out.node_id
),

final as (
    select
        run_number,
        parent_node_id,
        node_id,
        node_type,
        cast(round(weight, 12) as {{ type_index() }}) as weight
    from drawn
)

select * from final

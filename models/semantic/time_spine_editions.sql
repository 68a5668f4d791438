with

final as (
    select distinct make_date(edition, 1, 1) as first_day
    from {{ ref('dim_editions') }}
)

select * from final

{{ aggregate_level(
    3, [ref('int_index_level_0'), ref('int_index_level_1'), ref('int_index_level_2')]
) }}

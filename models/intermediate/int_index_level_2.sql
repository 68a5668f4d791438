{{ aggregate_level(2, [ref('int_index_level_0'), ref('int_index_level_1')]) }}

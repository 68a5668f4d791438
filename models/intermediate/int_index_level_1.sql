{{ aggregate_level(1, [ref('int_index_level_0')]) }}

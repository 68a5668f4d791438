-- Results that are suspicious, not provably wrong, and deserve a look.
select
    findings.rule_id,
    findings.rule_description,
    findings.ranking_id,
    rankings.ranking_name_de,
    rankings.ranking_name_en,
    findings.edition,
    findings.city_id,
    cities.city_name,
    categories.category_name_de,
    categories.category_name_en,
    findings.found_value,
    findings.threshold,
    findings.is_simulated,
    findings.is_simulated_ranking
from qc_findings as findings
inner join dim_rankings as rankings on findings.ranking_id = rankings.ranking_id
inner join dim_cities as cities on findings.city_id = cities.city_id
inner join dim_categories as categories on findings.category_key = categories.category_key
order by
    findings.is_simulated_ranking asc,
    findings.ranking_id asc,
    findings.edition desc,
    findings.rule_id asc,
    findings.found_value desc,
    cities.city_name asc,
    categories.sort_path asc

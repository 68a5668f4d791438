"""The pages of the site. A new page is one module here, with a function `build(site)`."""

from . import compare, downloads, indicators, method, profile, ranking, sql, weights

PAGES = (ranking, profile, compare, indicators, weights, method, downloads, sql)

"""The pages of the site. A new page is one module here, with a function `build(site)`."""

from . import compare, downloads, indicators, method, pictures, profile, ranking, sql, weights

# The downloads come last: they state the size of the site.
PAGES = (ranking, profile, pictures, compare, indicators, weights, method, sql, downloads)

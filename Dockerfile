# An image in which `make build` and `make test` run (not the site's browser tests, which need Chromium):
#     docker build --tag smart-city-index .
#     docker run --rm --interactive --tty smart-city-index make test
# The image of Python brings make and git.
FROM python:3.13-bookworm
RUN useradd --create-home sci
USER sci
WORKDIR /home/sci/smart-city-index
COPY --chown=sci . .
RUN make .venv/test-ready
CMD ["make", "build"]

# The simulator without a compiler, for a user who is not root: `docker build -t poolsight . && docker run --rm poolsight`.
# Own files: docker run --rm --user "$(id -u)" -v "$PWD:/home/poolsight/mine" poolsight run mine/pool.yaml --out mine/run
FROM python:3.13-slim AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
COPY . /source
RUN python -m venv /opt/poolsight \
    && /opt/poolsight/bin/pip install --no-cache-dir "/source[tables]" \
    && /opt/poolsight/bin/python -c "from simulator.kernel import SPEED; assert SPEED == 'compiled', SPEED"

FROM python:3.13-slim
RUN useradd --create-home --uid 1000 poolsight
COPY --from=build /opt/poolsight /opt/poolsight
COPY scenarios /home/poolsight/scenarios
ENV PATH="/opt/poolsight/bin:$PATH"
USER 1000
WORKDIR /home/poolsight
ENTRYPOINT ["poolsight"]
CMD ["run", "scenarios/first_pool.yaml"]

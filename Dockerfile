# One image for every executable; the command chooses: ingress, identity, nlu, outbound, simulator, martlet.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpq-dev libcurl4-openssl-dev libssl-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Shared Shared
COPY Services Services
# Only because the manifest names it; no test is built.
COPY Tests Tests
# The build folder stays on the building machine, so that the next build compiles only what changed.
RUN --mount=type=cache,id=martlet-build,target=/src/.build,sharing=locked \
    swift build -c release --static-swift-stdlib \
 && bin=$(swift build -c release --static-swift-stdlib --show-bin-path) \
 && mkdir /out \
 && for name in ingress identity nlu outbound simulator martlet; do \
      strip -o "/out/$name" "$bin/$name"; \
    done

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpq5 libcurl4 libssl3 libstdc++6 ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 martlet \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin martlet
COPY --from=build /out/ /usr/local/bin/
COPY Examples /usr/local/share/martlet/Examples
# In a container the network is the container's own; what is reachable from outside is what is published.
ENV MARTLET_BIND=0.0.0.0
USER 10001:10001
CMD ["martlet", "--help"]

# docker build -t postroom . ; docker run -p 8080:8080 -v postroom:/var/lib/postroom postroom
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin postroom

FROM debian:bookworm-slim
# The certificates of mail servers are checked against the system's authorities.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --home-dir /var/lib/postroom --create-home --shell /usr/sbin/nologin postroom
COPY --from=build /src/target/release/postroom /usr/local/bin/postroom
USER postroom
WORKDIR /var/lib/postroom
VOLUME /var/lib/postroom
EXPOSE 8080
# Inside a container 127.0.0.1 is nobody else's. `init` keeps what is there already.
ENV POSTROOM__SERVER__LISTEN=0.0.0.0:8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["postroom"]
CMD ["serve"]

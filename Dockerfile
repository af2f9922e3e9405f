FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p server --bin yiciban

FROM debian:bookworm-slim
RUN useradd --system --create-home --home-dir /var/lib/yiciban yiciban
COPY --from=build /src/target/release/yiciban /usr/local/bin/yiciban
RUN install -d -o yiciban /var/lib/yiciban/var
USER yiciban
WORKDIR /var/lib/yiciban
ENV YICIBAN_VAR_DIR=/var/lib/yiciban/var YICIBAN_LISTEN=0.0.0.0:8080
EXPOSE 8080
CMD ["yiciban", "serve"]

# Two images: `docker build --target api .` answers, `docker build --target bot .` speaks to Discord.

FROM python:3.11-slim-bookworm AS api-builder
# With redis, replicas share their rate limits; with otel, traces go to a collector.
ARG EXTRAS=serve,postgres
COPY . /src
RUN --mount=type=cache,target=/root/.cache/pip /src/deploy/build-runtime.sh /opt/causeway "$EXTRAS"

FROM python:3.11-slim-bookworm AS bot-builder
COPY . /src
WORKDIR /src
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/causeway \
    && python -m pip --python /opt/causeway/bin/python install --constraint constraints.txt '.[bot]'

FROM python:3.11-slim-bookworm AS runtime
RUN useradd --system --uid 10001 --no-create-home causeway
ENV PATH=/opt/causeway/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
ENTRYPOINT ["causeway"]

FROM runtime AS bot
COPY --from=bot-builder /opt/causeway /opt/causeway
# Feedback waits here while the service is down; the root may be read-only.
RUN mkdir /data && chown causeway /data
VOLUME /data
WORKDIR /data
ENV CAUSEWAY_DISCORD_STATE=/data/discord.db
USER 10001
CMD ["bot"]

FROM runtime AS api
COPY --from=api-builder /opt/causeway /opt/causeway
# The service needs no more than this to be written; its root may be read-only.
RUN mkdir /data && chown causeway /data
VOLUME /data
WORKDIR /data
ENV CAUSEWAY_HOST=0.0.0.0 \
    CAUSEWAY_DATABASE_URL=sqlite:////data/causeway.db \
    CAUSEWAY_INDEX_DIR=/opt/causeway/index
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["serve"]

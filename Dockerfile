# Regulars in one image: pages, workers and commands. The public address, the database and all else are variables.
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /opt/regulars
COPY pyproject.toml .python-version README.md LICENSE NOTICE ./
COPY regulars ./regulars
RUN uv sync --no-dev --no-editable --no-cache --python-preference only-system

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /var/lib/regulars regulars
COPY --from=build /opt/regulars/.venv /opt/regulars/.venv
ENV PATH=/opt/regulars/.venv/bin:$PATH PYTHONUNBUFFERED=1 REGULARS_HOME=/var/lib/regulars
USER regulars
WORKDIR /var/lib/regulars
VOLUME /var/lib/regulars
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["regulars"]
CMD ["up", "--host", "0.0.0.0"]

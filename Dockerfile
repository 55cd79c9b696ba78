# syntax=docker/dockerfile:1

FROM python:3.13-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip /venv/bin/pip install --require-hashes -r requirements.txt
COPY . .
# Static files are part of the image, so that a container can run with a read-only file system.
RUN SECRET_KEY=only-to-collect-static-files-0123456789-abcdefghijklmnopqrstuvwxyz \
    DATABASE_URL=sqlite://:memory: \
    /venv/bin/python manage.py collectstatic --no-input \
    && /venv/bin/python -m compileall -q .

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home learnquest
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
# Only what a run writes belongs to the user: SQLite and mails, where no volume or server is set.
RUN chown learnquest /app/var
USER learnquest
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["gunicorn", "learnquest.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "24", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]

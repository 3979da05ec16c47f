FROM python:3.11-slim AS build
RUN python -m venv /venv
COPY requirements.txt /
RUN /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TOLLBOOK_BIND=0.0.0.0:8000 \
    TOLLBOOK_DATA_DIR=/data \
    TOLLBOOK_STATIC_DIR=/static
RUN useradd --uid 10001 --no-create-home tollbook \
    && install -d -o tollbook -m 700 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py pyproject.toml ./
COPY accounts accounts
COPY dashboard dashboard
COPY providers providers
COPY locale locale
COPY static static
COPY templates templates
# The collected files depend on no secret; the settings want one all the same.
RUN SECRET_KEY=none TOLLBOOK_CREDENTIAL_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    TOLLBOOK_DATA_DIR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r /tmp/build
USER 10001
EXPOSE 8000
CMD ["gunicorn", "--config", "python:dashboard.gunicorn", "dashboard.wsgi"]

# One image for every service: Airflow, the contracts, and the flow. Nothing in it is secret.
FROM python:3.12-slim

RUN useradd --uid 50000 --create-home maalbar
WORKDIR /opt/maalbar
COPY requirements.lock pyproject.toml README.md ./
# The lock holds the installer too, with its hashes.
RUN awk '/^uv==/{p=1} p{print} p&&!/\\$/{exit}' requirements.lock > /tmp/uv.lock \
    && pip install --no-cache-dir --require-hashes -r /tmp/uv.lock \
    && uv pip install --system --no-cache --require-hashes -r requirements.lock
COPY maalbar maalbar
COPY transforms transforms
COPY expectations expectations
COPY definitions definitions
COPY sql sql
COPY plugins plugins
COPY dags dags
COPY investments investments
RUN uv pip install --system --no-cache --no-deps --no-build-isolation -e . \
    && install -d -o 50000 -g 50000 /var/lib/maalbar /var/log/airflow /opt/airflow
USER 50000
ENV HOME=/opt/airflow \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/maalbar/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/maalbar/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    GX_ANALYTICS_ENABLED=false \
    MAALBAR_HOME=/var/lib/maalbar \
    MAALBAR_INVESTMENTS=/opt/maalbar/investments \
    PYTHONPATH=/opt/maalbar

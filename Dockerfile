# One image for every service: Airflow, the contracts, and the flow. Nothing in it is secret, and no tool of development.
FROM python:3.12-slim

RUN useradd --uid 50000 --create-home maalbar
WORKDIR /opt/maalbar
COPY requirements.lock pyproject.toml README.md ./
# The lock holds the installer too, with its hashes. What is installed is what pyproject.toml asks for without `dev`, each package
# in the version and with the hashes of the lock; compiled, since nothing can be written where it runs.
RUN awk '/^uv==/{p=1} p{print} p&&!/\\$/{exit}' requirements.lock > /tmp/uv.lock \
    && pip install --no-cache-dir --require-hashes -r /tmp/uv.lock \
    && uv pip install --system --no-cache --compile-bytecode --require-hashes -r pyproject.toml --extra spark \
        --constraint requirements.lock
COPY maalbar maalbar
COPY transforms transforms
COPY expectations expectations
COPY definitions definitions
COPY sql sql
COPY plugins plugins
COPY dags dags
COPY investments investments
RUN grep -o -m1 'hatchling==[0-9.]*' pyproject.toml | uv pip install --target /tmp/build --no-cache --require-hashes -r - --constraint requirements.lock \
    && PYTHONPATH=/tmp/build uv pip install --system --no-cache --no-deps --no-build-isolation -e . \
    && rm -r /tmp/build && pip uninstall --yes uv && python -m compileall -q . \
    && install -d -o 50000 -g 50000 /var/lib/maalbar /var/lib/scratch /var/log/airflow /opt/airflow
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

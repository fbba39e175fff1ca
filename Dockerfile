# Our Airflow image: the official one, the pinned requirements, and this project's code.
ARG AIRFLOW_IMAGE=apache/airflow:3.3.2-python3.11
FROM ${AIRFLOW_IMAGE} AS airflow

COPY requirements.txt /requirements.txt
RUN pip install --no-cache-dir --require-hashes -r /requirements.txt

# The package brings its statements, its provider, its pages and the command caspen-qbo.
COPY --chown=airflow:0 pyproject.toml README.md /opt/caspen-qbo/
COPY --chown=airflow:0 plugins /opt/caspen-qbo/plugins
COPY --chown=airflow:0 include /opt/caspen-qbo/include
RUN pip install --no-cache-dir --no-deps /opt/caspen-qbo
COPY --chown=airflow:0 dags /opt/airflow/dags
COPY --chown=airflow:0 ops/airflow_local_settings.py /opt/airflow/config/airflow_local_settings.py
# A volume takes over the owner of the folder it is mounted on.
RUN install -d -m 0750 /opt/airflow/reports /opt/airflow/state

# The QuickBooks sandbox and the sample practice, for the compose profile `sandbox`.
FROM airflow AS sandbox
COPY requirements-sandbox.txt /requirements-sandbox.txt
RUN pip install --no-cache-dir --require-hashes -r /requirements-sandbox.txt
COPY --chown=airflow:0 sandbox /opt/caspen-qbo/sandbox
RUN pip install --no-cache-dir --no-deps /opt/caspen-qbo/sandbox

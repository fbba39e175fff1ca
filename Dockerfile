# Our Airflow image: the official one, the pinned requirements, and this project's code.
ARG AIRFLOW_IMAGE=apache/airflow:3.3.2-python3.11
FROM ${AIRFLOW_IMAGE} AS airflow

COPY requirements.txt /requirements.txt
RUN pip install --no-cache-dir -r /requirements.txt

COPY --chown=airflow:0 plugins /opt/airflow/plugins
COPY --chown=airflow:0 dags /opt/airflow/dags
COPY --chown=airflow:0 include /opt/airflow/include
COPY --chown=airflow:0 ops/airflow_local_settings.py /opt/airflow/config/airflow_local_settings.py
# Without bytecode every task process would compile the packages again.
RUN python -m compileall -q /opt/airflow/plugins /opt/airflow/dags
# A volume takes over the owner of the folder it is mounted on.
RUN mkdir -p /opt/airflow/reports /opt/airflow/state
ENV PYTHONPATH=/opt/airflow/plugins

# The QuickBooks sandbox and the sample practice, for the compose profile `sandbox`.
FROM airflow AS sandbox
COPY requirements-sandbox.txt /requirements-sandbox.txt
RUN pip install --no-cache-dir -r /requirements-sandbox.txt
ENV PYTHONPATH=/opt/airflow/include/sandbox
WORKDIR /opt/airflow/include/sandbox

"""Where reports, packs and Data Docs are kept: a folder, or object storage through Airflow's
``ObjectStoragePath``. A file is there whole or not at all; every call has an end.
"""

from caspen_qbo.hooks.storage.place import ReportStorage as ReportStorage
from caspen_qbo.hooks.storage.place import probe as probe
from caspen_qbo.hooks.storage.place import report_storage as report_storage

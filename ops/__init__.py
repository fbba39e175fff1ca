"""
Local services of this clone: `make up`, `make demo`, `make sandbox` and the tests are built from here.

Airflow never imports this package: it is in no package, and Airflow's processes run
with another working directory.
"""

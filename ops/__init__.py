"""Local services of this clone: `make up`, `make demo`, `make sandbox` and the tests are built from here.

Airflow never imports this package: it is not installed, and Airflow's processes run with another working
directory.
"""

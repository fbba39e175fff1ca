#!/bin/sh
# Start Redis with a password that stands in no process list: the configuration comes over standard input.
# What is queued is written down as it comes, so a Redis that dies takes no queued task with it.
set -eu

exec docker-entrypoint.sh redis-server - <<CONFIG
requirepass "$REDIS_PASSWORD"
dir /data
appendonly yes
CONFIG

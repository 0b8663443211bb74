"""Figures of a running server for Prometheus; names begin with `fedisw_` and end with their unit.

Labels take few values: route patterns, job kinds, outcomes; never hosts, names or ids (security LIM-3).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

REGISTRY: Final = CollectorRegistry()
CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
REQUEST_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
UNIT_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
AGE_SECONDS: Final = (0.1, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0)

disable_created_metrics()  # type: ignore[no-untyped-call]  # not typed there; ends a second line for each figure

http_requests = Histogram(
    "fedisw_http_request_seconds",
    "Time of answers by route and status",
    ["method", "route", "status"],
    buckets=REQUEST_SECONDS,
    registry=REGISTRY,
)
units = Histogram(
    "fedisw_unit_seconds", "Time of units of work by kind (read, write)", ["kind"], buckets=UNIT_SECONDS, registry=REGISTRY
)
unit_retries = Counter("fedisw_unit_retries", "Units of work that ran again", registry=REGISTRY)
commits = Histogram("fedisw_commit_seconds", "Time of a commit", buckets=UNIT_SECONDS, registry=REGISTRY)
jobs = Counter("fedisw_jobs", "Jobs that ended, by kind and outcome (done, retry, dead)", ["kind", "outcome"], registry=REGISTRY)
jobs_waiting = Gauge("fedisw_jobs_waiting", "Jobs that wait, by lane", ["lane"], registry=REGISTRY)
jobs_oldest = Gauge("fedisw_jobs_oldest_seconds", "Age of the oldest job that is due, by lane", ["lane"], registry=REGISTRY)
dead_letters = Gauge("fedisw_dead_letters", "Jobs that were given up and wait for an admin", registry=REGISTRY)
inbound = Counter(
    "fedisw_inbound", "Requests at an inbox by outcome (accepted, refused, ignored)", ["outcome"], registry=REGISTRY
)
inbound_lag = Histogram(
    "fedisw_inbound_lag_seconds", "From arrival to the end of processing", buckets=AGE_SECONDS, registry=REGISTRY
)
deliveries = Counter("fedisw_deliveries", "Attempts by outcome (done, retry, refused, given_up)", ["outcome"], registry=REGISTRY)
open_breakers = Gauge("fedisw_open_breakers", "Hosts that are left alone for a while", registry=REGISTRY)
streams = Gauge("fedisw_streams", "Open streams", registry=REGISTRY)
loop_lag = Gauge("fedisw_loop_lag_seconds", "How late the event loop last was", registry=REGISTRY)
disk_free = Gauge("fedisw_disk_free_ratio", "Free part of the data folder's disk", registry=REGISTRY)


@lru_cache(maxsize=4_096)  # to find the figure of these labels takes longer than to count
def http_request(method: str, route: str, status: str) -> Histogram:
    """The figure of one kind of answer."""
    return http_requests.labels(method, route, status)


READS: Final = units.labels("read")
WRITES: Final = units.labels("write")


def render() -> bytes:
    """All figures in the text form of Prometheus 0.0.4."""
    return generate_latest(REGISTRY)

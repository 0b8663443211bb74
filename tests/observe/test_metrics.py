"""Figures: named alike, units in the name, few labels (contract, section 4)."""

from __future__ import annotations

import re

from prometheus_client.parser import text_string_to_metric_families

from fedisw.observe import metrics

UNITS = re.compile(r".*_(seconds|bytes|ratio)")
PLAIN_COUNTS = re.compile(r"fedisw_[a-z_]+")
MANY_VALUES = {"host", "domain", "account", "actor", "user", "id", "path", "url"}


def families():
    return list(text_string_to_metric_families(metrics.render().decode()))


def test_every_figure_has_our_name_and_a_help_text() -> None:
    assert len(families()) > 10
    for family in families():
        assert PLAIN_COUNTS.fullmatch(family.name)
        assert family.documentation
        if family.type == "histogram":
            assert UNITS.fullmatch(family.name)


def test_no_label_can_be_grown_by_strangers() -> None:
    for collector in metrics.REGISTRY._collector_to_names:
        assert not MANY_VALUES & set(collector._labelnames)


def test_counting_shows_in_the_text() -> None:
    before = metrics.REGISTRY.get_sample_value("fedisw_jobs_total", {"kind": "test", "outcome": "done"}) or 0
    metrics.jobs.labels(kind="test", outcome="done").inc()
    assert f'fedisw_jobs_total{{kind="test",outcome="done"}} {before + 1}' in metrics.render().decode()
    assert "_created" not in metrics.render().decode()

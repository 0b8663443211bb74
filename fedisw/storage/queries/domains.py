"""Rules about other servers (MOD-1)."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.moderation import DomainRule
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query, TextIn
from fedisw.storage.tables.moderation import domain_rules

C = domain_rules.c
_NEW = insert(domain_rules).values({column.name: bindparam(column.name) for column in C})

ALL = Query(DomainRule, select(domain_rules).order_by(C.host))
BY_HOSTS = Query(DomainRule, select(domain_rules).where(TextIn(C.host, "hosts")))
PUT = Command(
    _NEW.on_conflict_do_update(
        index_elements=[C.host],
        set_={column.name: _NEW.excluded[column.name] for column in C if column.name not in ("host", "created_at")},
    )
)
REMOVE = Command(delete(domain_rules).where(C.host == bindparam("host")))


def candidates(host: str) -> list[str]:
    """Names whose rule covers `host`, nearest first: itself, without its port, and each parent domain."""
    host = host.lower().rstrip(".")
    bare = host if host.startswith("[") else host.rsplit(":", 1)[0]
    labels = bare.split(".")
    parents = [".".join(labels[at:]) for at in range(1, len(labels))]
    return list(dict.fromkeys([host, bare, *parents]))


def rule_for(tx: Tx, host: str) -> DomainRule | None:
    """The nearest rule for a host, of the host itself or of a domain above it."""
    names = candidates(host)
    rules = {rule.host: rule for rule in tx.all(BY_HOSTS, hosts=names)}
    return next((rules[name] for name in names if name in rules), None)


def all_rules(tx: Tx) -> list[DomainRule]:
    """Every rule, by name."""
    return tx.all(ALL)


def put(tx: Tx, rule: DomainRule) -> None:
    """Store a rule, replacing the one for the same host."""
    tx.exec(PUT, rule)


def remove(tx: Tx, host: str) -> bool:
    """Take a rule away; False when there was none."""
    return tx.exec(REMOVE, host=host) == 1

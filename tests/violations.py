"""Proves a constraint: what violates it is refused by the database, under the constraint's name."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

OURS = ("customers", "requests", "activities", "queues")
LONG = "x" * 2001


def refused(violate):
    """Do it; return the name of the constraint that refused it."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        violate()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return caught.value.__cause__.diag.constraint_name


def without(violate, *constraints):
    """The violation after these of its table are dropped, which would refuse it first; all is rolled back."""

    def run(cast):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table, name in constraints:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
        violate(cast)

    return run


def too_long(label, make, fields):
    """{constraint: violation} of the 2,000 characters of each field; `make(**{field: text})` stores a row."""
    return {
        f"{label}_{field}_is_at_most_2000_characters": lambda cast, field=field: make(cast, **{field: LONG})
        for field in fields
    }


def named_constraints():
    """Those of all our models, and those that migrations add by hand."""
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    return {constraint.name for model in models for constraint in model._meta.constraints} | by_hand()


def by_hand():
    """Composite foreign keys: Django makes none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND array_length(conkey, 1) > 1"
        )
        return {name for (name,) in cursor.fetchall()}


def in_database():
    """Names of all constraints and unique indexes of the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint"
            " UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique"
        )
        return {name for (name,) in cursor.fetchall()}

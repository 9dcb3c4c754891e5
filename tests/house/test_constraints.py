"""No constraint without a test, and none that only Django knows."""

from tests.activities.test_constraints import CASES as ACTIVITIES
from tests.customers.test_constraints import CASES as CUSTOMERS
from tests.queues.test_constraints import CASES as QUEUES
from tests.requests_app.test_constraints import CASES as REQUESTS
from tests.violations import in_database, named_constraints

CASES = CUSTOMERS | REQUESTS | ACTIVITIES | QUEUES


def test_each_constraint_is_violated_by_a_test(db):
    assert named_constraints() == set(CASES)


def test_database_has_them_all(db):
    assert named_constraints() <= in_database()

from sqlalchemy import inspect

from ats.records.store import Store


def test_a_store_of_a_test_is_current_and_empty(store: Store) -> None:
    store.require_current()
    assert "enrolment" in inspect(store.engine).get_table_names()
    with store.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM person").scalar() == 0

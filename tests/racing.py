"""Several threads do something in the same instant, each on a connection of its own."""

import threading

from django.db import connection


def race(*runners):
    """Run all at once; return for each what it returned or the exception it raised."""
    results = [None] * len(runners)
    line = threading.Barrier(len(runners))

    def run(place, runner):
        try:
            line.wait(10)
            results[place] = runner()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=entry) for entry in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "a thread hangs"
    return results

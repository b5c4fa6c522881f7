"""`python -m flows`: serve every deployment from this process, until it is ended.

`--alone`: nobody else serves them, so what is under way on the dashboard is a leftover.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from collections.abc import Sequence

import httpx
from prefect import get_client, serve
from prefect.deployments import run_deployment
from prefect.deployments.runner import RunnerDeployment
from prefect.settings import get_current_settings

from config.settings import SettingsFaults, load_settings
from flows.automations import keep
from flows.deployments import deployments
from tasks.leftovers import clear_leftovers
from tasks.watching import WATCH

RUNS_AT_ONCE = 3  # each takes about 92 MB
FIRST = "cohort-timeline"  # run once at the start, so that its pages are there


def main(arguments: Sequence[str] = ()) -> int:
    """Serve until SIGTERM or Ctrl-C. Return 1, after one sentence, when that cannot begin."""
    settings = get_current_settings()
    if settings.api.url is None:
        return _refuse(
            "PREFECT_API_URL is not set; run `ats up`, or set it to your Prefect server's."
        )
    try:
        zone = load_settings().timezone
        with get_client(sync_client=True) as client:
            client.hello().raise_for_status()
    except SettingsFaults as faults:
        return _refuse(str(faults))
    except httpx.HTTPError:
        return _refuse(f"No Prefect server answers at {settings.api.url}; start it, or `ats up`.")
    served = deployments(zone)
    _begin(served, alone="--alone" in arguments)
    sys.stdout.write(f"Serving {len(served)} deployments; the dashboard is {settings.ui_url}\n")
    serve(*served, pause_on_shutdown=False, print_starting_message=False, limit=RUNS_AT_ONCE)
    return 0


def _begin(served: Sequence[RunnerDeployment], *, alone: bool) -> None:
    """Order the first run; when alone, clear away what was left, so that it need not queue."""
    for deployment in served:
        if deployment.name == FIRST:
            deployment.apply()
            run_deployment(f"{FIRST}/{FIRST}", timeout=0, as_subflow=False)
        elif deployment.name == WATCH:
            deployment.apply()
            _keep_automations(served)
    if alone:
        names = [deployment.name for deployment in served]
        now = dt.datetime.now(dt.UTC)  # noqa: TID251 (an entry point)
        ended, overtaken = asyncio.run(clear_leftovers(names, now=now))
        sys.stdout.write(f"Left from before: ended {ended}, overtaken and cancelled {overtaken}.\n")


def _keep_automations(served: Sequence[RunnerDeployment]) -> None:
    """Have the server run `watch` when something is wrong with what is served."""
    for sentence in keep([deployment.name for deployment in served]):
        sys.stdout.write(f"{sentence}\n")


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

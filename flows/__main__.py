"""`python -m flows`: serve every deployment from this process, until it is ended."""

from __future__ import annotations

import sys

import httpx
from prefect import get_client, serve
from prefect.deployments import run_deployment
from prefect.settings import get_current_settings

from config.settings import SettingsFaults, load_settings
from flows.deployments import deployments

RUNS_AT_ONCE = 3  # each takes about 92 MB
FIRST = "cohort-timeline"  # run once at the start, so that its pages are there


def main() -> int:
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
    for deployment in served:
        if deployment.name == FIRST:
            deployment.apply()
            run_deployment(f"{FIRST}/{FIRST}", timeout=0, as_subflow=False)
    sys.stdout.write(f"Serving {len(served)} deployments; the dashboard is {settings.ui_url}\n")
    serve(*served, pause_on_shutdown=False, print_starting_message=False, limit=RUNS_AT_ONCE)
    return 0


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""A page on the dashboard for each case, to which the digests link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prefect import get_client, task
from prefect.artifacts import Artifact, acreate_markdown_artifact
from prefect.exceptions import ObjectNotFound

from ats.reports.case_page import case_pages
from tasks.at_work import at_work

#: In which a case is worked; the flow and its deployment bear the same name.
FORMS = ("decide-case", "snooze-case", "close-case", "reopen-case")


@task(name="pages of cases")
async def write_case_pages(cohort: str) -> dict[str, Any]:
    """Write the page of each case that is open or closed lately, with links to its forms."""
    forms = await _served()
    told = await at_work(lambda office, now: case_pages(office, cohort, forms=forms, now=now))
    for page in told.get("pages", ()):
        await _write(page["markdown"], page["key"], page["description"])
    return {"errors": told["errors"]}


async def _write(markdown: str, key: str, description: str) -> None:
    """Write a page, unless its newest version says the same."""
    newest = await Artifact.aget(key)
    if newest is None or newest.data != markdown:
        await acreate_markdown_artifact(markdown, key, description)


async def _served() -> dict[str, UUID]:
    """Return the deployments of these forms that the server knows, by name."""
    found = {}
    async with get_client() as client:
        for name in FORMS:
            try:
                found[name] = (await client.read_deployment_by_name(f"{name}/{name}")).id
            except ObjectNotFound:
                continue
    return found

"""`/insights`: what a maintainer learns from what was asked."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.shapes.insights import Volume
from api.web.inquiry import inquire
from api.web.site import render

router = APIRouter(include_in_schema=False)


@router.get("/insights")
async def insights_page(request: Request) -> HTMLResponse:
    """What was asked, and what became of it."""
    async with inquire(request) as causeway:
        volume = await causeway.insight(Volume)
    return render(request, "insights.html", volume=volume)

"""What Airflow's own page fetches: the menu icon, and the component that frames these pages."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

router = APIRouter()

_ASSETS = Path(__file__).parents[1] / "assets"
_HEADERS = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


@cache
def _read(name: str) -> bytes:
    return (_ASSETS / name).read_bytes()


@router.get("/icon.svg")
def icon() -> Response:
    return Response(_read("icon.svg"), media_type="image/svg+xml", headers=_HEADERS)


@router.get("/frame.js")
def frame() -> Response:
    return Response(_read("frame.js"), media_type="text/javascript", headers=_HEADERS)

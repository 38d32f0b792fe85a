"""Puts Perch together: `open_adapters` picks the adapters, `build` makes the rest out of them."""

from app.compose.adapters import Adapters, open_adapters
from app.compose.build import build
from app.compose.perch import Perch
from app.compose.role import Role

__all__ = ["Adapters", "Perch", "Role", "build", "open_adapters"]

"""An emulated JumpCloud tenant: for demonstrations, rehearsals and tests.

from uar.sandbox.organisations import organisation
from uar.sandbox.server import Sandbox

with Sandbox(organisation()) as sandbox:
    httpx.get(f"{sandbox.url}/api/systemusers", headers={"x-api-key": sandbox.api_key})
"""

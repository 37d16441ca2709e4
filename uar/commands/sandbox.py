"""Run an emulated JumpCloud tenant on a loopback port, to try things where nothing can break."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--port", default=8765, show_default=True, help="Port on 127.0.0.1; 0 for any.")
@click.option(
    "--size",
    type=click.Choice(["demo", "S", "M", "L", "XL"]),
    default="demo",
    show_default=True,
    help="The sample organisation, or a generated one of this size.",
)
@click.option("--seed", default=1, show_default=True, help="Which generated organisation.")
@click.option(
    "--organisation",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Serve the organisation in this file.",
)
@click.option(
    "--organisations",
    "count",
    default=1,
    metavar="N",
    help="So many organisations under one more key: the first as chosen, the others of size S.",
)
@click.option("--latency-ms", default=0.0, help="Wait this long before every answer.")
@click.option("--fault", "faults", multiple=True, help="What goes wrong; may be repeated.")
@click.option(
    "--switch",
    "switches",
    multiple=True,
    help="Settle what is not known about JumpCloud: name=value. A name there is not lists them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of exports.")
def command(
    port: int,
    size: str,
    seed: int,
    file: Path | None,
    count: int,
    latency_ms: float,
    faults: tuple[str, ...],
    switches: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run the emulated tenant until Ctrl-C; paste the printed lines into another terminal.

    \b
    A fault is KIND or KIND:key=value,...
      403 404 409 429 500 502  errors; for 429 retry_after=SECONDS or retry_after=date
      reset hang               the connection is cut, at once or after seconds=N
      truncated wrong-type     a broken JSON body, or one of the wrong kind
      empty                    200 without a body
      duplicate-row missing-row shifting-pages
                               pages that do not fit together
      sticky                   a write is answered as done, and is not
    Which requests: method=POST path=TEXT at=N every=N p=0.2 seed=N times=N
    after=true does the work first and then breaks the answer.

    PUT /sandbox/clock with {"now": "2027-01-18T10:00:00Z"} turns its clock to another day.

    \b
    Example: uar sandbox --fault 429:every=20,retry_after=1 --fault reset:method=POST,at=3
    """
    import json
    import os
    import signal
    import sys
    import threading

    from uar.sandbox.options import Options
    from uar.sandbox.organisations import organisation, with_multi_tenant_key
    from uar.sandbox.server import Sandbox

    options = Options()
    for each in switches:
        options.set(each)
    state = organisation(size, seed, file)
    others = [organisation("S", seed + number) for number in range(1, count)]
    mtp = with_multi_tenant_key(state) if others else ""
    sandbox = Sandbox(
        state,
        port=port,
        faults=list(faults),
        options=options,
        latency_ms=latency_ms,
        others=others,
    )
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with sandbox:
        facts = {
            "url": sandbox.url,
            "api_key": sandbox.api_key,
            "apply_api_key": sandbox.apply_api_key,
            "org_id": sandbox.org_id,
            "pid": os.getpid(),
        }
        if mtp:
            facts["multi_tenant_api_key"] = mtp
        if as_json:
            click.echo(json.dumps(facts))
        else:
            click.echo(f"export JUMPCLOUD_BASE_URL={sandbox.url}")
            click.echo(f"export JUMPCLOUD_API_KEY={sandbox.api_key}")
            click.echo(f"export UAR_APPLY_API_KEY={sandbox.apply_api_key}")
            if mtp:
                click.echo(f"# all {count} organisations: export JUMPCLOUD_API_KEY={mtp}")
        sys.stdout.flush()
        ended.wait()

"""`python -m deploy.policy`: see, propose, approve and roll back policy at the running services, as a named person.

It asks the services over HTTP as any client does, with a token of the development issuer; it decides nothing itself.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from deploy.asking import PolicyError, Services

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)

As = Annotated[str, typer.Option("--as", metavar="STAFF", help="who asks; `GET <issuer>/users` lists the users")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="a policy: dispatch.caps")]
Reference = Annotated[str, typer.Argument(metavar="PROPOSAL", help="as `proposals` lists it: dispatch-17")]
Region = Annotated[str | None, typer.Option(help="a region's path, `everywhere`; yours if left out")]
Moment = Annotated[str | None, typer.Option("--at", help="a moment with its offset: 2026-03-01T00:00:00+08:00")]
Why = Annotated[str, typer.Option(help="the reason, for the audit and for whoever approves")]
AsJson = Annotated[bool, typer.Option("--json", help="print what the service answered")]


@app.command("list")
def list_command(who: As, region: Region = None, at: Moment = None, as_json: AsJson = False) -> None:
    """List all policies with what is in force."""
    with _asking(who) as services:
        told = [services.get(name, "", region=_scope(region), moment=at) for name in services.names]
    found = [policy for each in told for policy in each["policies"]]
    if as_json:
        return _print(found)
    _say(f"for {told[0]['region'] or 'everywhere'} at {told[0]['moment']}")
    table = Table("policy", "version", "value")
    for policy in found:
        table.add_row(policy["name"], str(policy["version"]), _plain(policy["value"]))
    return Console().print(table)


@app.command()
def show(name: Name, who: As, region: Region = None, at: Moment = None, as_json: AsJson = False) -> None:
    """Show one policy: value, default, layers in force, history."""
    with _asking(who) as services:
        told = services.get(_service(name), f"/{name}", region=_scope(region), moment=at)
    if as_json:
        return _print(told)
    _say(f"{name} for {told['region'] or 'everywhere'} at {told['moment']}")
    fields = Table("field", "value", "default")
    for field, value in told["value"].items():
        fields.add_row(field, _plain(value), _plain(told["default"][field]))
    versions = Table("version", "scope", "from", "standing", "says", "set by", "why")
    for each in told["history"]:
        scope, says = each["scope"] or "everywhere", _plain(each["fields"])
        number, since = str(each["version"]), each["effective_from"]
        versions.add_row(number, scope, since, each["standing"], says, each["set_by"], each["why"])
    return Console().print(fields, versions)


@app.command()
def propose(
    name: Name,
    who: As,
    scope: Annotated[str, typer.Option(help="a region's path, or `everywhere`")],
    why: Why,
    said: Annotated[list[str], typer.Option("--set", metavar="FIELD=VALUE", help="VALUE as JSON, or text")] = [],
    file: Annotated[Path | None, typer.Option(help="fields as one JSON object; --set overrides them")] = None,
    unset: Annotated[list[str], typer.Option(metavar="FIELD", help="the wider scope shall hold again")] = [],
    since: Annotated[str | None, typer.Option("--from", help="a moment; else 10 s after the approval")] = None,
) -> None:
    """Propose a change; another person approves it."""
    body = {
        "scope": _scope(scope),
        "fields": _read(file) | _fields(said),
        "unset": unset,
        "effective_from": since,
        "why": why,
    }
    with _asking(who) as services:
        _show(_service(name), services.post(_service(name), f"/{name}/proposals", body))


@app.command()
def proposals(
    who: As,
    decided: Annotated[bool, typer.Option("--all", help="also what was decided")] = False,
    as_json: AsJson = False,
) -> None:
    """List what waits for an approval, the newest 50 of each service."""
    with _asking(who) as services:
        state = None if decided else "proposed"
        pages = [(name, services.get(name, "/proposals", state=state)["proposals"]) for name in services.names]
        found = [(name, each) for name, page in pages for each in page]
    if as_json:
        return _print([{"service": name, **each} for name, each in found])
    table = Table("proposal", "policy", "scope", "says", "proposed by", "why", "state")
    for service, each in found:
        says = _plain(each["fields"]) + "".join(f" -{field}" for field in each["unset"])
        about = (each["name"], each["scope"] or "everywhere", says, each["proposed_by"], each["why"], each["state"])
        table.add_row(f"{service}-{each['proposal_id']}", *about)
    return Console().print(table)


@app.command()
def diff(reference: Reference, who: As, as_json: AsJson = False) -> None:
    """Show what a proposal changes, field by field."""
    service, number = _number(reference)
    with _asking(who) as services:
        told = services.get(service, f"/proposals/{number}")
    return _print(told) if as_json else _show(service, told)


@app.command()
def shadow(reference: Reference, who: As, stop: Annotated[bool, typer.Option("--stop", help="end it")] = False) -> None:
    """Run a proposal in shadow: on live facts, beside what is in force, and nothing comes of what it says."""
    service, number = _number(reference)
    with _asking(who) as services:
        _show_shadow(reference, services.post(service, f"/proposals/{number}/shadow{'/stop' if stop else ''}", None))


@app.command("shadow-report")
def shadow_report(reference: Reference, who: As, as_json: AsJson = False) -> None:
    """Compare what a proposal in shadow would have warned of with what was."""
    service, number = _number(reference)
    with _asking(who) as services:
        told = services.get(service, f"/proposals/{number}/shadow")
    return _print(told) if as_json else _show_shadow(reference, told)


@app.command()
def approve(
    reference: Reference, who: As, yes: Annotated[bool, typer.Option("--yes", help="do not ask again")] = False
) -> None:
    """Approve another person's proposal, as it is shown now."""
    service, number = _number(reference)
    with _asking(who) as services:
        told = services.get(service, f"/proposals/{number}")
        _show(service, told)
        if not yes:
            typer.confirm("approve this?", abort=True)
        _show(service, services.post(service, f"/proposals/{number}/approve", {"looked_at": told["looked_at"]}))


@app.command()
def reject(reference: Reference, who: As, why: Why) -> None:
    """Reject a proposal, or take back your own."""
    service, number = _number(reference)
    with _asking(who) as services:
        _show(service, services.post(service, f"/proposals/{number}/reject", {"why": why}))


@app.command()
def rollback(name: Name, version: int, who: As, why: Why) -> None:
    """Have a scope say again what it said before its newest version."""
    with _asking(who) as services:
        _show(_service(name), services.post(_service(name), f"/{name}/rollback", {"version": version, "why": why}))


@contextmanager
def _asking(who: str) -> Iterator[Services]:
    try:
        yield Services(who)
    except PolicyError as error:
        _fail(str(error))


def _show(service: str, told: dict[str, Any]) -> None:
    reference, since = f"{service}-{told['proposal_id']}", told["takes_force_at"] or told["effective_from"]
    state = f"{told['state']}, version {told['version']}, {told['standing']}" if told["version"] else told["state"]
    _say(f"{reference}: {told['name']} for {told['scope'] or 'everywhere'}, {state}, from {since}: {told['why']}")
    table = Table("field", "before", "after")
    for each in told["differences"]:
        after = _plain(each["after"]) + ("" if each["said_here"] else " (as wider)")
        table.add_row(each["field"], _plain(each["before"]), after)
    Console().print(table)
    for layer in told["kept_below"]:
        _say(f"not felt in {layer['scope']}: version {layer['version']} says {_plain(layer['fields'])} there")
    if told.get("rehearsal"):
        _say(f"last month, in a sample: {_plain(told['rehearsal'])}")
    if told["obstacle"]:
        _say(told["obstacle"])


def _read(file: Path | None) -> dict[str, Any]:
    """Return the fields that a file holds."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any]) if file else {}
    except (OSError, msgspec.MsgspecError) as error:
        _fail(f"could not read {file}: {error}")


def _show_shadow(reference: str, told: dict[str, Any]) -> None:
    until = f"until {told['ended_at']}: {told['ended_why']}" if told["ended_at"] else "and runs"
    _say(f"{reference} in shadow since {told['started_at']}, {until}")
    _say(
        f"{told['both']} warnings in both, {told['changed']} of them otherwise;"
        f" {told['only_live']} only live, {told['only_shadow']} only in shadow"
    )
    counts = Table("rule", "county", "day", "both", "otherwise", "only live", "only shadow")
    for each in told["counts"]:
        figures = (each["both"], each["changed"], each["only_live"], each["only_shadow"])
        counts.add_row(each["rule_id"], each["county"], each["day"], *map(str, figures))
    Console().print(counts)
    for which in ("live", "shadow"):
        for each in told[f"only_{which}_examples"]:
            _say(f"only {which}: {each['warning_id']} {each['rule_id']} {each['raised_at']} level {each['level']}")


def _fields(said: Sequence[str]) -> dict[str, Any]:
    pairs = [each.partition("=") for each in said]
    if wrong := [name for name, sign, _ in pairs if not sign]:
        _fail(f"--set takes FIELD=VALUE, not {wrong[0]}")
    return {name: _value(text) for name, _, text in pairs}


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _scope(region: str | None) -> str | None:
    return "" if region == "everywhere" else region


def _service(name: str) -> str:
    return name.partition(".")[0]


def _number(reference: str) -> tuple[str, str]:
    service, sign, number = reference.rpartition("-")
    if not sign or not number.isdecimal():
        _fail(f"{reference} is no proposal: they look like dispatch-17")
    return service, number


def _plain(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _say(line: str) -> None:
    Console().print(line, markup=False, highlight=False, soft_wrap=True)


def _print(told: object) -> None:
    print(_plain(told))


def _fail(why: str) -> NoReturn:
    console.print(why, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    app(prog_name="keepline policy")

#!/usr/bin/env python3
"""Makes bare repositories with exception ledgers of every status (Python standard library and git only).

The same arguments give the same commits. Each ledger has a policy and some records, each filed by one person on a branch
and merged by another, as `git fast-import` reads it.
"""
import argparse
import concurrent.futures
import datetime as dt
import pathlib
import random
import subprocess

DAY = 86400
START = int(dt.datetime(2026, 1, 5, 8, tzinfo=dt.timezone.utc).timestamp())
OWNERS = [("Ana Ruiz", "ana"), ("Ivo Novak", "ivo"), ("Mei Chen", "mei"), ("Raj Gupta", "raj"), ("Uma Hall", "uma")]
APPROVERS = [("Dana Kim", "dana"), ("Lee Park", "lee")]
CAUSES = ["bad-source-data", "timeout", "policy-conflict", "brittle-dependency", "unclassified"]
CONTROLS = ["owasp-nhi:NHI7:2025", "nist-800-53:IA-5", "nist-csf:ID.RA-07", "soc2:CC6.1", "nist-800-53:AC-6"]
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
POLICY = """version: 1
name: {name}
approval: {{proof: claimed}}
groups: {{security: [dana@example.com], platform: [lee@example.com]}}
tiers:
  - {{name: sensitive, match: {{risk: [high, critical]}}, max_term: 90d, approvals: {{count: 1}}}}
  - {{name: standard, max_term: 180d, approvals: {{count: 1}}}}
catalogs: [owasp-nhi, nist-800-53, nist-csf, soc2]
"""
RECORD = """id: {id}
title: {title}
class: standard
deviates_from: {{controls: [{controls}]}}
subject: {{application: {application}}}
owner: {{name: {owner}, email: {email}@example.com, team: {application}}}
justification: The job is replaced when the migration is over; changing it now would stop the nightly run.
risk: {{level: {risk}}}
root_cause: {cause}
compensating_controls:
  - {{id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}}
starts: {starts}
expires: {expires}
"""
CLOSURE = "closure: {{outcome: remediated, date: {date}, by: {email}@example.com, reason: The job was replaced.}}\n"


def day(at):
    return dt.datetime.fromtimestamp(at, dt.timezone.utc).strftime("%Y-%m-%d")


class Stream:
    """Commands for `git fast-import`."""

    def __init__(self):
        self.parts, self.mark = [], 0

    def commit(self, ref, person, at, message, path, text, parents):
        self.mark += 1
        name, email = person
        who = f"{name} <{email}@example.com> {at} +0000"
        data = message.encode()
        self.parts.append(f"commit {ref}\nmark :{self.mark}\nauthor {who}\ncommitter {who}\ndata {len(data)}\n".encode() + data + b"\n")
        if parents:
            self.parts.append(f"from :{parents[0]}\n".encode())
        for other in parents[1:]:
            self.parts.append(f"merge :{other}\n".encode())
        body = text.encode()
        self.parts.append(f"M 100644 inline {path}\ndata {len(body)}\n".encode() + body + b"\n")
        return self.mark


def ledger(folder, number, n_records):
    """Writes one ledger and returns its name."""
    rng = random.Random(number)
    name = f"team-{number // 10:03}/ledger-{number:04}"
    stream = Stream()
    at = START + rng.randrange(90) * DAY
    tip = stream.commit("refs/heads/main", APPROVERS[0], at, "Keep exceptions in a ledger", "exledger.yaml", POLICY.format(name=name), [])
    for n in range(rng.randrange(1, 2 * n_records)):
        at += rng.randrange(1, 12 * DAY)
        record_id = "EXC-2026-" + "".join(rng.choice(LETTERS) for _ in range(5))
        path = f"exceptions/{record_id}.yaml"
        kind = rng.choices(["plain", "unapproved", "broken", "closed", "late"], [60, 8, 4, 18, 10])[0]
        owner, email = rng.choice(OWNERS)
        ends = at + rng.randrange(5, 80) * DAY
        text = RECORD.format(
            id=record_id, title=f"Exception {n} of {name}", controls=", ".join(rng.sample(CONTROLS, rng.randrange(1, 4))),
            application=f"app-{rng.randrange(40)}", owner=owner, email=email, cause=rng.choice(CAUSES),
            risk=rng.choice(["low", "moderate", "high"]), starts=day(at + (20 * DAY if kind == "late" else 0)), expires=day(ends + 20 * DAY))
        if kind == "broken":
            text = text.replace("deviates_from: {", "deviates_from: [")
        if kind == "unapproved":
            tip = stream.commit("refs/heads/main", (owner, email), at, f"File {record_id}", path, text, [tip])
            continue
        change = stream.commit("refs/heads/filed", (owner, email), at, f"File {record_id}", path, text, [tip])
        at += rng.randrange(3600, 3 * DAY)
        approver = rng.choice(APPROVERS)
        tip = stream.commit("refs/heads/main", approver, at, f"Merge branch 'file-{n}'", path, text, [tip, change])
        if kind == "closed":
            at = max(at, ends - 2 * DAY)
            text += CLOSURE.format(date=day(at), email=email)
            change = stream.commit("refs/heads/filed", (owner, email), at, f"Close {record_id}", path, text, [tip])
            at += 3600
            tip = stream.commit("refs/heads/main", approver, at, f"Merge branch 'close-{n}'", path, text, [tip, change])
        if at > START + 300 * DAY:
            break
    stream.parts.append(b"reset refs/heads/filed\nfrom 0000000000000000000000000000000000000000\n\n")
    repository = folder / (name.replace("/", "%2F") + ".git")
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", "--template=", repository], check=True)
    subprocess.run(["git", "-C", repository, "fast-import", "--quiet", "--force"], input=b"".join(stream.parts), check=True)
    return name


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--ledgers", type=int, default=1000)
    parser.add_argument("--records", type=int, default=5, help="how many on average")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda n: ledger(given.folder, n, given.records), range(given.ledgers)))
    (given.folder / "repositories.txt").write_text("".join(name + "\n" for name in names))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Compares the statements of docs/fleet on DuckDB and Spark with what the program and git say about each ledger.

Makes ledgers, exports them on two days, leaves some of them silent on the second, loads the rows by docs/fleet/load, and
runs each statement. The expected rows come from `list --all`, `queue` and `git log` of each ledger, not from the
exported rows. Needs git and the program; an engine whose package is missing (`duckdb`, `pyspark`) is skipped with a line.

    python3 benches/fleet/check.py --exledger target/release/exledger --ledgers 1000
"""
import argparse
import collections
import concurrent.futures
import datetime as dt
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs/fleet"
DAYS = ["2026-05-14", "2026-05-15"]


def run(*words, codes=(0,)):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode not in codes:
        sys.exit(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def instant(text):
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Ledgers:
    """The ledgers below a folder, and what the program says about each."""

    def __init__(self, exledger, folder, names):
        self.exledger, self.folder, self.names = exledger, folder, names

    def clone(self, name):
        return self.folder / "gen" / (name.replace("/", "%2F") + ".git")

    def export(self, name, day):
        output = self.folder / "fleet" / f"day={day}" / f"ledger={name.replace('/', '%2F')}"
        run(self.exledger, "-C", self.clone(name), "--as-of", day, "export", "fleet", "-o", output)

    def told(self, name):
        """Returns the records of a ledger as `list`, `queue` and git tell them."""
        ask = [self.exledger, "-C", self.clone(name), "--as-of", DAYS[-1], "--format", "json"]
        records = json.loads(run(*ask, "list", "--all"))["records"]
        due = json.loads(run(*ask, "queue", codes=(0, 1)))["records"]
        overdue = {it["id"] for it in due if it["bucket"] == "overdue-closure"}
        log = run("git", "-C", self.clone(name), "log", "--first-parent", "-m", "--diff-filter=A", "--name-only", "--format=@%cI", "main")
        filed, at = {}, None
        for line in filter(None, log.splitlines()):
            if line.startswith("@"):
                at = line[1:]
            else:
                filed[line] = instant(at)
        for record in records:
            record["filed"] = filed[record["path"]]
            record["is_overdue"] = record["id"] in overdue
            record["ledger"] = name
        return records


def percentile(values, share):
    values = sorted(values)
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def expected(records, silent):
    """Returns the rows of each statement, as a set of tuples."""
    now = instant(DAYS[-1] + "T23:59:59Z")
    owners, causes, tiers = (collections.defaultdict(list) for _ in range(3))
    controls, statuses = collections.defaultdict(list), collections.defaultdict(list)
    ends = set()
    for record in records:
        statuses[record["status"]].append(record)
        if record["tier"]:
            tiers[record["tier"]].append(record)
        if record["is_overdue"]:
            owners[record["owner"] and record["owner"]["email"].lower()].append(record)
        for control in {control["id"] for control in record["controls"]}:
            if record["in_force"]:
                controls[control].append(record)
            if record["root_cause"] != "unclassified" and (now.date() - record["filed"].date()).days <= 180:
                causes[record["root_cause"], control].append(record)
        if record["in_force"] and instant(record["not_after"]) - now <= dt.timedelta(days=30):
            ends.add((record["ledger"], record["id"], record["title"], record["owner"]["email"], record["not_after"]))
    ledgers = lambda some: len({record["ledger"] for record in some})
    overrun = lambda some: [record["in_place"]["overrun_days"] for record in some]
    latency = {}
    for tier, some in tiers.items():
        hours = [(instant(it["in_place"]["first_approved"]) - it["filed"]).total_seconds() / 3600 for it in some if it["in_place"]["first_approved"]]
        latency[tier] = (len(hours), len(some) - len(hours), *(round(percentile(hours, share), 1) if hours else None for share in (0.5, 0.9)))
    return {
        "overdue-closures-by-owner": {(owner, len(some), ledgers(some), max(overrun(some)), sum(overrun(some))) for owner, some in owners.items()},
        "causes-in-several-ledgers": {
            (*key, ledgers(some), len({it["subject"]["application"] for it in some}), len(some)) for key, some in causes.items() if ledgers(some) > 1},
        "approval-latency-by-tier": {(tier, *row) for tier, row in latency.items()},
        "controls-most-deviated-from": {(control, len(some), ledgers(some)) for control, some in controls.items()},
        "ends-within-30-days": ends,
        "counts-by-status": {(status, len(some), sum(it["in_force"] for it in some), ledgers(some)) for status, some in statuses.items()},
        "ledgers-not-heard-of": {(name, day) for name, day in silent.items()},
    }


def loading(engine):
    return [part for part in (DOCS / f"load/{engine}.sql").read_text().split(";\n") if part.strip()]


def statements():
    return {path.stem: path.read_text() for path in sorted(DOCS.glob("*.sql"))}


def plain(value):
    return round(float(value), 1) if isinstance(value, float) or type(value).__name__ == "Decimal" else value


def on_duckdb(parquet):
    import duckdb

    connection = duckdb.connect()
    # As below: the zone must not matter.
    connection.execute("SET TimeZone = 'Asia/Tokyo'")
    for statement in loading("duckdb"):
        connection.execute(statement)
    if parquet:
        for statement in loading("parquet"):
            connection.execute(statement.replace("2026-11-20", DAYS[-1]))
        count = connection.execute(f"SELECT COUNT(*) FROM 'exceptions-{DAYS[-1]}.parquet'").fetchone()
        print(f"duckdb: {count[0]} rows in the file of the day")
    return lambda statement: connection.execute(statement).fetchall()


def on_spark():
    from pyspark.sql import SparkSession

    # The zone differs from this machine's and from UTC, and must not matter.
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false").config("spark.sql.session.timeZone", "Asia/Tokyo")
    session = builder.config("spark.sql.warehouse.dir", os.path.abspath("warehouse")).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    for statement in loading("spark"):
        session.sql(statement)
    return lambda statement: [tuple(row) for row in session.sql(statement).collect()]


def engines(wanted):
    for name, package, start in [("duckdb", "duckdb", lambda: on_duckdb(True)), ("spark", "pyspark", on_spark)]:
        if name not in wanted:
            continue
        try:
            __import__(package)
        except ImportError:
            print(f"{name}: skipped, because the Python package {package} is not installed")
            continue
        yield name, start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exledger", default=ROOT / "target/debug/exledger", type=pathlib.Path)
    parser.add_argument("--ledgers", type=int, default=1000)
    parser.add_argument("--records", type=int, default=5, help="how many each on average")
    parser.add_argument("--engines", default="duckdb,spark")
    given = parser.parse_args()
    exledger = given.exledger.resolve()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = pathlib.Path(folder)
        os.chdir(folder)
        clock = time.monotonic()

        def lap(what):
            nonlocal clock
            print(f"{what}: {time.monotonic() - clock:.1f} s", flush=True)
            clock = time.monotonic()

        (folder / "gen").mkdir()
        names = list(pool.map(lambda n: generate.ledger(folder / "gen", n, given.records), range(given.ledgers)))
        lap(f"{len(names)} ledgers made")
        # One falls silent, one is interrupted before its last file, one never answers more than rows.
        gone, interrupted, never = names[1], names[2], names[-1]
        ledgers = Ledgers(exledger, folder, names)
        jobs = [(name, day) for day in DAYS for name in names if (name, day) != (gone, DAYS[-1])]
        list(pool.map(lambda job: ledgers.export(*job), jobs))
        lap(f"{len(jobs)} exports")
        for name, days in [(interrupted, DAYS[-1:]), (never, DAYS)]:
            for day in days:
                (folder / "fleet" / f"day={day}" / f"ledger={name.replace('/', '%2F')}" / "ledger.json").unlink()
        silent = {gone: DAYS[0], interrupted: DAYS[0], never: None}
        answered = [name for name in names if name not in silent]
        records = [record for told in pool.map(ledgers.told, answered) for record in told]
        lap(f"{len(records)} records asked of {len(answered)} ledgers, one by one")
        wanted = expected(records, silent)
        failed = n_run = 0
        for engine, start in engines(given.engines.split(",")):
            ask = start()
            lap(f"{engine}: loaded")
            n_run += 1
            for name, statement in statements().items():
                rows = [tuple(plain(cell) for cell in row) for row in ask(statement)]
                is_same = set(rows) == wanted[name] and len(rows) == len(wanted[name])
                lap(f"{engine}: {name}: {len(rows)} rows, {'as expected' if is_same else 'NOT as expected'}")
                if not is_same:
                    failed += 1
                    print(f"  missing: {sorted(map(str, wanted[name] - set(rows)))[:5]}\n  surplus: {sorted(map(str, set(rows) - wanted[name]))[:5]}")
                if name == "ledgers-not-heard-of":
                    print("  silent:", ", ".join(f"{ledger} (last {day})" for ledger, day in rows))
        os.chdir(ROOT)
    print(f"{n_run} engines, {failed} statements differ")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

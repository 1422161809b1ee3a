-- The tables of Spark, over the folder `fleet`. Without FAILFAST, Spark would count a line that is not a row as a row of nulls.
CREATE TEMPORARY VIEW exceptions (
  id STRING, title STRING, path STRING, class STRING, tier STRING, status STRING, in_force BOOLEAN, owner_email STRING,
  owner_team STRING, requester STRING, starts STRING, expires STRING, not_after STRING, end STRING, days_left BIGINT,
  controls ARRAY<STRING>, rule STRING, baseline STRING, identity STRING, asset STRING, application STRING,
  environment STRING, vendor STRING, risk STRING, root_cause STRING, fix_target STRING, fix_due STRING, renewals BIGINT,
  first_approved STRING, approvers ARRAY<STRING>, digest STRING, ledger_commit STRING, evaluated_at STRING, filed STRING,
  closed STRING, overrun_days BIGINT, findings ARRAY<STRING>, day STRING, ledger STRING)
USING json OPTIONS (path 'fleet', pathGlobFilter 'exceptions.jsonl', mode 'FAILFAST');
CREATE TEMPORARY VIEW ledgers (
  commit STRING, evaluated_at STRING, records BIGINT, in_force BIGINT, overdue BIGINT, unreadable BIGINT,
  day STRING, ledger STRING)
USING json OPTIONS (path 'fleet', pathGlobFilter 'ledger.json', mode 'FAILFAST');

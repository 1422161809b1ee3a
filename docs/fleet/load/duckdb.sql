-- The tables of DuckDB, over the folder `fleet`. An engine that guesses the columns takes one that is null in a ledger for another type.
CREATE VIEW exceptions AS
SELECT * FROM read_json('fleet/day=*/ledger=*/exceptions.jsonl',
  format = 'newline_delimited', hive_partitioning = true, hive_types = {'day': VARCHAR, 'ledger': VARCHAR},
  columns = {
    'id': 'VARCHAR', 'title': 'VARCHAR', 'path': 'VARCHAR', 'class': 'VARCHAR', 'tier': 'VARCHAR', 'status': 'VARCHAR',
    'in_force': 'BOOLEAN', 'owner_email': 'VARCHAR', 'owner_team': 'VARCHAR', 'requester': 'VARCHAR', 'starts': 'VARCHAR',
    'expires': 'VARCHAR', 'not_after': 'VARCHAR', 'end': 'VARCHAR', 'days_left': 'BIGINT', 'controls': 'VARCHAR[]',
    'rule': 'VARCHAR', 'baseline': 'VARCHAR', 'identity': 'VARCHAR', 'asset': 'VARCHAR', 'application': 'VARCHAR',
    'environment': 'VARCHAR', 'vendor': 'VARCHAR', 'risk': 'VARCHAR', 'root_cause': 'VARCHAR', 'fix_target': 'VARCHAR',
    'fix_due': 'VARCHAR', 'renewals': 'BIGINT', 'first_approved': 'VARCHAR', 'approvers': 'VARCHAR[]', 'digest': 'VARCHAR',
    'ledger_commit': 'VARCHAR', 'evaluated_at': 'VARCHAR', 'filed': 'VARCHAR', 'closed': 'VARCHAR', 'overrun_days': 'BIGINT',
    'findings': 'VARCHAR[]'});
CREATE VIEW ledgers AS
SELECT * FROM read_json('fleet/day=*/ledger=*/ledger.json',
  format = 'newline_delimited', hive_partitioning = true, hive_types = {'day': VARCHAR, 'ledger': VARCHAR},
  columns = {
    'commit': 'VARCHAR', 'evaluated_at': 'VARCHAR', 'records': 'BIGINT', 'in_force': 'BIGINT', 'overdue': 'BIGINT',
    'unreadable': 'BIGINT'});

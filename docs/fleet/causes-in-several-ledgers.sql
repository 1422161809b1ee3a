-- One cause behind one control in several ledgers: a fix in one place would save exceptions in all of them.
-- Counts what was filed in the last 180 days, whatever became of it. The control is what failed, the cause is why.
WITH places AS (
  SELECT i FROM range(1, 1001) AS places(i)
),
deviations AS (
  SELECT e.ledger, e.id, e.application, e.root_cause,
         split_part(concat_ws(';', e.controls), ';', CAST(p.i AS INT)) AS control
  FROM exceptions e
  JOIN ledgers l ON l.day = e.day AND l.ledger = e.ledger
  JOIN places p ON p.i <= cardinality(e.controls)
  WHERE e.day = (SELECT MAX(day) FROM ledgers)
    AND e.root_cause <> 'unclassified'
    AND CAST(CAST(substr(e.evaluated_at, 1, 10) AS DATE) - CAST(substr(e.filed, 1, 10) AS DATE) AS INT) <= 180
)
SELECT root_cause,
       control,
       COUNT(DISTINCT ledger) AS ledgers,
       COUNT(DISTINCT application) AS applications,
       COUNT(DISTINCT concat(ledger, ' ', id)) AS exceptions
FROM deviations
GROUP BY root_cause, control
HAVING COUNT(DISTINCT ledger) > 1
ORDER BY ledgers DESC, exceptions DESC, root_cause, control

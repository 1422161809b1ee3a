-- The controls that exceptions in force deviate from, the most frequent first.
WITH places AS (
  SELECT i FROM range(1, 1001) AS places(i)
),
deviations AS (
  SELECT e.ledger, e.id,
         split_part(concat_ws(';', e.controls), ';', CAST(p.i AS INT)) AS control
  FROM exceptions e
  JOIN ledgers l ON l.day = e.day AND l.ledger = e.ledger
  JOIN places p ON p.i <= cardinality(e.controls)
  WHERE e.day = (SELECT MAX(day) FROM ledgers)
    AND e.in_force
)
SELECT control,
       COUNT(DISTINCT concat(ledger, ' ', id)) AS exceptions,
       COUNT(DISTINCT ledger) AS ledgers
FROM deviations
GROUP BY control
ORDER BY exceptions DESC, control

-- Ledgers that are known from any day and did not answer on the latest one, with the last day on which they did.
-- Rows without their ledger.json are no answer, but a day that has only such rows is the latest one all the same.
SELECT k.ledger,
       MAX(l.day) AS last_answer
FROM (
  SELECT ledger FROM ledgers
  UNION
  SELECT ledger FROM exceptions
) k
LEFT JOIN ledgers l ON l.ledger = k.ledger
GROUP BY k.ledger
HAVING MAX(l.day) IS NULL
    OR MAX(l.day) < (SELECT MAX(day) FROM ledgers)
    OR MAX(l.day) < (SELECT MAX(day) FROM exceptions)
ORDER BY k.ledger

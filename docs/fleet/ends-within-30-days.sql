-- Exceptions in force that stop granting anything within 30 days of their evaluation, the next one first.
SELECT e.ledger, e.id, e.title, e.owner_email, e.end AS ends_at
FROM exceptions e
JOIN ledgers l ON l.day = e.day AND l.ledger = e.ledger
WHERE e.day = (SELECT MAX(day) FROM ledgers)
  AND e.in_force
  AND (CAST(CAST(substr(e.end, 1, 10) AS DATE) - CAST(substr(e.evaluated_at, 1, 10) AS DATE) AS INT) < 30
       OR (CAST(CAST(substr(e.end, 1, 10) AS DATE) - CAST(substr(e.evaluated_at, 1, 10) AS DATE) AS INT) = 30
           AND substr(e.end, 12) <= substr(e.evaluated_at, 12)))
ORDER BY ends_at, e.ledger, e.id

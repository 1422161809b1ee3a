-- Exceptions that were in force, have ended and are not closed: whose they are, and for how long.
-- Only ledgers that answered on the latest day count.
SELECT lower(e.owner_email) AS owner_email,
       COUNT(*) AS overdue,
       COUNT(DISTINCT e.ledger) AS ledgers,
       MAX(e.overrun_days) AS longest_overrun_days,
       SUM(e.overrun_days) AS overrun_days
FROM exceptions e
JOIN ledgers l ON l.day = e.day AND l.ledger = e.ledger
WHERE e.day = (SELECT MAX(day) FROM ledgers)
  AND e.overrun_days IS NOT NULL
GROUP BY lower(e.owner_email)
ORDER BY overdue DESC, lower(e.owner_email) NULLS LAST

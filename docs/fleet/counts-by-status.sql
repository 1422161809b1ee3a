-- How many exceptions have which status, and how many of them are in force.
SELECT e.status,
       COUNT(*) AS exceptions,
       SUM(CASE WHEN e.in_force THEN 1 ELSE 0 END) AS in_force,
       COUNT(DISTINCT e.ledger) AS ledgers
FROM exceptions e
JOIN ledgers l ON l.day = e.day AND l.ledger = e.ledger
WHERE e.day = (SELECT MAX(day) FROM ledgers)
GROUP BY e.status
ORDER BY exceptions DESC, e.status

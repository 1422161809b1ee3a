-- How long a request took from the landing of its file to its first approval, by tier, in hours.
-- A record that landed together with its approval took none, and one that nobody approved is counted apart.
WITH latest AS (
  SELECT e.tier, e.filed, e.first_approved
  FROM exceptions e
  JOIN ledgers l ON l.day = e.day AND l.ledger = e.ledger
  WHERE e.day = (SELECT MAX(day) FROM ledgers)
    AND e.filed IS NOT NULL
    AND e.tier IS NOT NULL
),
timed AS (
  SELECT tier,
         CAST(CAST(substr(first_approved, 1, 10) AS DATE) - CAST(substr(filed, 1, 10) AS DATE) AS INT) * 24.0
         + CAST(substr(first_approved, 12, 2) AS INT) - CAST(substr(filed, 12, 2) AS INT)
         + (CAST(substr(first_approved, 15, 2) AS INT) - CAST(substr(filed, 15, 2) AS INT)) / 60.0
         + (CAST(substr(first_approved, 18, 2) AS INT) - CAST(substr(filed, 18, 2) AS INT)) / 3600.0 AS hours
  FROM latest
)
SELECT tier,
       COUNT(hours) AS approved,
       COUNT(*) - COUNT(hours) AS never_approved,
       ROUND(CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(hours AS DOUBLE)) AS DOUBLE), 1) AS median_hours,
       ROUND(CAST(percentile_cont(0.9) WITHIN GROUP (ORDER BY CAST(hours AS DOUBLE)) AS DOUBLE), 1) AS hours_of_nine_in_ten
FROM timed
GROUP BY tier
ORDER BY tier

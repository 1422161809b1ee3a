-- One file for each table and complete day, which is faster to read again than thousands of small files.
COPY (SELECT * FROM exceptions WHERE day = '2026-11-20') TO 'exceptions-2026-11-20.parquet';
COPY (SELECT * FROM ledgers WHERE day = '2026-11-20') TO 'ledgers-2026-11-20.parquet';

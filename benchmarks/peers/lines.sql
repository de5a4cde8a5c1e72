-- The usable lines of an export: with a customer, a time, a quantity and a price. Money as decimals of 64 bits.
CREATE TEMP TABLE lines AS
SELECT
    customer_id,
    order_id,
    ordered_at,
    product_id,
    category,
    quantity,
    quantity::DECIMAL(9, 0) * unit_price AS amount,
    quantity >= 0 AND amount >= 0 AS bought
FROM read_csv(
    $export,
    ignore_errors = true,
    types = {
        'ordered_at': 'TIMESTAMP',
        'product_id': 'VARCHAR',
        'category': 'VARCHAR',
        'quantity': 'INTEGER',
        'unit_price': 'DECIMAL(9, 2)'
    }
)
WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND quantity IS NOT NULL AND unit_price IS NOT NULL

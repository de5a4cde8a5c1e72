-- One row per customer, from the table `lines`: the columns of `engine.schema.FEATURES`, and the spend by category.
WITH moment AS (
    SELECT date_trunc('day', max(ordered_at)) + INTERVAL 1 DAY AS as_of FROM lines
),
orders AS (
    SELECT
        customer_id,
        min(ordered_at) FILTER (bought) AS bought_at,
        min(ordered_at) AS first_line,
        max(ordered_at) AS last_line,
        count(*) AS lines,
        sum(quantity) AS units,
        sum(amount) AS revenue,
        sum(quantity) FILTER (bought) AS bought_units,
        sum(amount) FILTER (bought) AS bought_amount
    FROM lines
    GROUP BY customer_id, order_id
),
gaps AS (
    SELECT
        *,
        first_line >= as_of - INTERVAL 90 DAY AS recent,
        epoch_us(bought_at) - epoch_us(lag(bought_at) OVER (PARTITION BY customer_id ORDER BY bought_at NULLS FIRST))
            AS gap
    FROM orders
    CROSS JOIN moment
),
sums AS (
    SELECT
        customer_id,
        count(bought_at) AS orders,
        sum(lines) AS lines,
        sum(units)::DOUBLE AS units,
        sum(revenue) AS net,
        avg(revenue) FILTER (bought_at IS NOT NULL) AS aov,
        stddev_samp(revenue) FILTER (bought_at IS NOT NULL) AS aov_std,
        min(bought_at) AS first_order,
        max(bought_at) AS last_order,
        max(last_line) AS last_seen,
        avg(gap) / 86400e6 AS gap_mean_days,
        stddev_samp(gap) / 86400e6 AS gap_std_days,
        median(gap) / 86400e6 AS gap_median_days,
        avg(lines) FILTER (bought_at IS NOT NULL) AS lines_per_order,
        sum(bought_units) AS bought_units,
        coalesce(sum(bought_amount), 0) AS paid,
        avg((isodow(bought_at) >= 6)::INTEGER) AS weekend_share,
        avg((hour(bought_at) BETWEEN 0 AND 5)::INTEGER) AS night_share,
        avg((hour(bought_at) BETWEEN 6 AND 11)::INTEGER) AS morning_share,
        avg((hour(bought_at) BETWEEN 12 AND 17)::INTEGER) AS afternoon_share,
        avg((hour(bought_at) BETWEEN 18 AND 23)::INTEGER) AS evening_share,
        coalesce(sum(revenue) FILTER (recent), 0) AS recent
    FROM gaps
    GROUP BY customer_id
),
breadth AS (
    SELECT customer_id, count(DISTINCT product_id) AS products
    FROM lines
    WHERE bought AND product_id IS NOT NULL
    GROUP BY customer_id
),
spend AS (
    SELECT customer_id, category, sum(amount) AS spend
    FROM lines
    WHERE bought AND category IS NOT NULL
    GROUP BY customer_id, category
),
largest AS (
    SELECT category FROM spend GROUP BY category ORDER BY sum(spend) DESC LIMIT 12
),
places AS (
    SELECT category, row_number() OVER (ORDER BY category) AS place FROM largest
),
tastes AS (
    SELECT
        customer_id,
        count(*) AS categories,
        first(category ORDER BY spend DESC, category) AS top_category,
        nullif(sum(spend), 0)::DOUBLE AS total,
        max(spend) / total AS top_category_share,
        coalesce(sum(spend) FILTER (place = 1), 0) / total AS "spend_share: 01",
        coalesce(sum(spend) FILTER (place = 2), 0) / total AS "spend_share: 02",
        coalesce(sum(spend) FILTER (place = 3), 0) / total AS "spend_share: 03",
        coalesce(sum(spend) FILTER (place = 4), 0) / total AS "spend_share: 04",
        coalesce(sum(spend) FILTER (place = 5), 0) / total AS "spend_share: 05",
        coalesce(sum(spend) FILTER (place = 6), 0) / total AS "spend_share: 06",
        coalesce(sum(spend) FILTER (place = 7), 0) / total AS "spend_share: 07",
        coalesce(sum(spend) FILTER (place = 8), 0) / total AS "spend_share: 08",
        coalesce(sum(spend) FILTER (place = 9), 0) / total AS "spend_share: 09",
        coalesce(sum(spend) FILTER (place = 10), 0) / total AS "spend_share: 10",
        coalesce(sum(spend) FILTER (place = 11), 0) / total AS "spend_share: 11",
        coalesce(sum(spend) FILTER (place = 12), 0) / total AS "spend_share: 12"
    FROM spend
    LEFT JOIN places USING (category)
    GROUP BY customer_id
)
SELECT
    sums.* EXCLUDE (net, bought_units, paid, recent),
    net::DOUBLE AS revenue,
    epoch_us(as_of - last_order) / 86400e6 AS recency_days,
    epoch_us(as_of - first_order) / 86400e6 AS tenure_days,
    epoch_us(last_order - first_order) / 86400e6 AS active_days,
    paid::DOUBLE / nullif(bought_units, 0) AS price,
    breadth.products,
    CASE
        WHEN paid > 0 THEN least((paid - net)::DOUBLE / paid, 1.0)
        WHEN paid > net OR orders = 0 THEN 1.0
        ELSE 0.0
    END AS return_rate,
    recent::DOUBLE AS recent_revenue,
    (net - recent)::DOUBLE AS earlier_revenue,
    tastes.* EXCLUDE (customer_id, total)
FROM sums
CROSS JOIN moment
LEFT JOIN breadth USING (customer_id)
LEFT JOIN tastes USING (customer_id)

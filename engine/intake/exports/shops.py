"""Exports of shop systems, marketplaces and payment services."""

from __future__ import annotations

from engine.intake.exports.known import Known

_SHOPIFY = {
    "customer": "Email, Customer ID, Customer, Billing Name, Phone",
    "order": "Name, Id",
    "product": "Lineitem sku",
    "product_name": "Lineitem name",
    "category": "Vendor",
    "date": "Created at, Paid at, Processed at",
    "quantity": "Lineitem quantity",
    "currency": "Currency",
    "status": "Financial Status",
    "country": "Billing Country, Shipping Country",
}
_SHOPIFY_ORDER = (
    "Id, Email, Customer ID, Customer, Financial Status, Paid at, Fulfillment Status, Created at, Processed at, "
    "Cancelled at, Currency, Billing Name, Billing Country, Shipping Country, Phone"
)
_WOO_ITEMS = {
    "customer": "Email (Billing), Billing Email Address, Billing Email, Customer User ID, Customer ID, Customer User, "
    "Customer Email",
    "order": "Order Number, Order ID",
    "product": "SKU, Product SKU, Item SKU, Product ID, Item ID",
    "product_name": "Item Name, Product Name, Product Name (main)",
    "category": "Category, Product Categories",
    "date": "Order Date, Paid Date, Order Date and Time",
    "quantity": "Quantity, Quantity (- Refund), Item Quantity",
    "price": "Item Cost, Item Price",
    "currency": "Currency, Order Currency",
    "status": "Order Status, Status",
    "country": "Country Code (Billing), Billing Country, Country Name (Billing)",
}
_AMAZON = {
    "customer": "buyer-email, buyer-id, buyer-name",
    "order": "amazon-order-id, order-id",
    "product": "sku, asin",
    "product_name": "product-name, item-name",
    "date": "purchase-date",
    "quantity": "quantity-purchased, quantity, quantity-shipped",
    "amount": "item-price",
    "currency": "currency",
    "status": "order-status",
    "country": "ship-country, bill-country",
}

SHOPS = (
    Known(
        "Shopify orders",
        "Name, Created at, Lineitem name, Lineitem quantity, Lineitem price",
        {**_SHOPIFY, "price": "Lineitem price"},
        carry_down=_SHOPIFY_ORDER,
        notes="The amount is the line's price times its quantity, before discounts, shipping and refunds of the order.",
    ),
    Known(
        "Shopify orders",
        "Name, Created at, Lineitem name, Total",
        {**_SHOPIFY, "amount": "Total"},
        carry_down=_SHOPIFY_ORDER,
        notes="The order's total stands on its first line: it counts there, and as nothing on the order's other lines.",
    ),
    Known(
        "Shopify orders",
        "Name, Financial Status, Created at, Total",
        {**_SHOPIFY, "amount": "Total"},
        carry_down=_SHOPIFY_ORDER,
        notes="The order's total stands on its first line: it counts there, and as nothing on the order's other lines.",
    ),
    Known(
        "WooCommerce order items",
        "Order Number, Order Date, Item Name, Item Cost",
        _WOO_ITEMS,
        carry_down="Email (Billing), Customer User ID, Order Date, Paid Date, Order Status, Country Code (Billing), "
        "Billing Email Address, Billing Email, Customer ID, Customer Email, Order Currency, Currency, Billing Country",
        notes="The amount is the item's cost times its quantity, without shipping and fees of the order.",
    ),
    Known(
        "WooCommerce orders",
        "order_id, order_number, order_date, order_total, customer_email",
        {
            "customer": "customer_email, customer_id, customer_user",
            "order": "order_number, order_id",
            "date": "order_date",
            "amount": "order_total",
            "currency": "order_currency",
            "status": "status, order_status",
            "country": "billing_country",
        },
        notes="One line an order: the amount is the order's total with shipping and taxes.",
    ),
    Known(
        "WooCommerce analytics",
        "Date, Order #, N. Revenue, Status, Customer",
        {
            "customer": "Customer",
            "order": "Order #",
            "product_name": "Product(s)",
            "date": "Date",
            "quantity": "Items sold",
            "amount": "N. Revenue",
            "status": "Status",
        },
        notes="One line an order; customers are told apart by their names only.",
    ),
    Known(
        "Stripe payments",
        "id, Amount, Amount Refunded, Currency, Status",
        {
            "customer": "Customer ID, Customer Email, Customer Description, Card Fingerprint",
            "order": "id",
            "product_name": "Description",
            "date": "Created (UTC), Created date (UTC), Created, Created date",
            "amount": "Amount",
            "converted_amount": "Converted Amount",
            "currency": "Currency",
            "status": "Status",
            "country": "Card Address Country, Card Issue Country",
        },
        notes="Amount is what was charged; money paid back stands beside it, in Amount Refunded.",
    ),
    Known(
        "Amazon seller orders",
        "order-id, order-item-id, purchase-date, item-price",
        _AMAZON,
        notes="item-price is the line's total without tax and shipping.",
    ),
    Known(
        "Amazon seller orders",
        "amazon-order-id, purchase-date, item-price",
        _AMAZON,
        notes="item-price is the line's total without tax and shipping.",
    ),
    Known(
        "Amazon business purchases",
        "Order Date, Order ID, Title, ASIN/ISBN, Ordering Customer Email, Item Total",
        {
            "customer": "Ordering Customer Email",
            "order": "Order ID",
            "product": "ASIN/ISBN",
            "product_name": "Title",
            "category": "Category",
            "date": "Order Date",
            "quantity": "Quantity",
            "amount": "Item Total",
            "currency": "Currency",
            "status": "Order Status",
        },
    ),
    Known(
        "Magento orders",
        "ID, Purchase Point, Purchase Date, Grand Total (Base), Grand Total (Purchased)",
        {
            "customer": "Customer Email, Customer Name, Bill-to Name",
            "order": "ID",
            "date": "Purchase Date",
            "amount": "Grand Total (Purchased)",
            "converted_amount": "Grand Total (Base)",
            "status": "Status",
        },
    ),
    Known(
        "Magento sales_order",
        "increment_id, customer_email, created_at, grand_total, base_grand_total",
        {
            "customer": "customer_id, customer_email",
            "order": "increment_id",
            "date": "created_at",
            "amount": "grand_total",
            "converted_amount": "base_grand_total",
            "currency": "order_currency_code",
            "status": "status, state",
        },
        notes="Guests have no customer_id: name customer_email as the customer column to count them too.",
    ),
    Known(
        "PrestaShop orders",
        "ID, Reference, Customer, Total, Payment, Status, Date",
        {
            "customer": "Customer",
            "order": "Reference",
            "date": "Date",
            "amount": "Total",
            "status": "Status",
            "country": "Delivery",
        },
        notes="One line an order; customers are told apart by their names only.",
    ),
    Known(
        "PrestaShop orders",
        "id_order, reference, id_customer, date_add",
        {
            "customer": "id_customer",
            "order": "id_order",
            "product": "product_reference, product_id",
            "product_name": "product_name",
            "date": "date_add",
            "quantity": "product_quantity",
            "price": "unit_price_tax_incl, product_price",
            "amount": "total_price_tax_incl, total_paid, total_paid_tax_incl",
            "status": "current_state",
        },
    ),
    Known(
        "Shopware 5 order items",
        "customerId, orderTime, invoiceAmount, articleNumber, price, quantity",
        {
            "customer": "customerId, customerNumber, email",
            "order": "number, orderNumber, orderId",
            "product": "articleNumber",
            "product_name": "articleName",
            "date": "orderTime",
            "quantity": "quantity",
            "price": "price",
            "currency": "currency",
            "status": "status",
            "country": "billingCountry, billingCountryIso",
        },
    ),
    Known(
        "Shopware 5 orders",
        "customerId, orderTime, invoiceAmount",
        {
            "customer": "customerId, customerNumber, email",
            "order": "number, orderNumber, orderId",
            "date": "orderTime",
            "amount": "invoiceAmount",
            "currency": "currency",
            "status": "status",
            "country": "billingCountry, billingCountryIso",
        },
    ),
)
